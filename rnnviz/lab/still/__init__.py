"""The still that a cell keeps: what a lab's page showed, for who reads the notebook without a kernel."""
