module example.org/embedding

// In a module of your own: go get github.com/midspan/midspan@latest. Here the test of this
// example builds it beside the sources (embedding_test.go).
go 1.26.0
