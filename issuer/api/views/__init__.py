"""`/v2` issuers, badge classes and awards: parse, authorise, call one service, render."""
