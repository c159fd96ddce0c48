"""Tables as people keep them: CSV and workbooks, read and written, and which column means which field."""
