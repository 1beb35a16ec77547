"""(findings, troubles) to text; none of them prints."""
