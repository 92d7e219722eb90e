"""Tables, GeoPackage and data package, moved into place when they are whole."""
