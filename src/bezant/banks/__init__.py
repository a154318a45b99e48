"""Banks as the operator describes them: profiles in files, a catalogue of examples, transports."""
