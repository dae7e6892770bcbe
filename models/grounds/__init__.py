"""The grounds: on what data may go to them, beside consent."""
