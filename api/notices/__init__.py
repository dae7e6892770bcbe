"""The notices: recipients that hold data are told of a withdrawal, however long it takes."""
