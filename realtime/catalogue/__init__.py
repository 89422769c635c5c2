"""The catalogue of messages: what each socket takes and tells, made from the code for people and programs."""
