"""What doctor has processes of their own find out: each module has a main() that returns what
JSON can hold."""
