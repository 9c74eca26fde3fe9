//! Names of files and their attributes.
