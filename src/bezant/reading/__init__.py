"""Reading bank files for people and scripts: any supported file as one neutral summary."""
