package catalog_test

const everything = ""
