"""Numbers as people see them: pictures and tables. Pure: values in, text or bytes out."""
