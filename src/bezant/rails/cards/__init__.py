"""Cards: requests to an acquirer as ISO 8583 messages, its answers, and the files of its days."""
