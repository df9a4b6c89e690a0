module example.org/sample

go 1.20

require (
	github.com/gin-gonic/gin v1.6.3
	golang.org/x/text v0.3.2 // indirect
	golang.org/x/crypto v0.0.0-20200622213623-75b288015ac9 // indirect
)
