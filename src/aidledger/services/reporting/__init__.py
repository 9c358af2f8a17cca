"""The report of an audit: figures of one run over one ledger, as a page, a PDF or a workbook."""
