"""Our exchange behind the TWS socket protocol: server version 178, text, one book for every client."""
