"""What readers receive: tables, sealed maps, figures and the data package."""
