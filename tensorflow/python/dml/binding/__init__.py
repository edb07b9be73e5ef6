"""What tensorflow_directml.runtime consists of; import that."""
