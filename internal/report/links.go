package report

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"
)

// pagePath returns the path of a good's page from the portfolio page. An id
// that is no plain slug gets a name made from its hash.
func pagePath(id string) string {
	if !fileName.MatchString(id) {
		sum := sha256.Sum256([]byte(cleanText(id))) // pages name goods by ids that are clean
		id = "good_" + hex.EncodeToString(sum[:8])
	}
	return "goods/" + id + ".html"
}

// fileName matches the ids that can name a file on any file system.
var fileName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,99}$`)

// slugOf is how addresses name a good: as the file of its page, without the end.
func slugOf(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(pagePath(id), "goods/"), ".html")
}

// columnPath returns the path of the file that compare.js loads of a good.
func columnPath(id string) string { return "goods/" + slugOf(id) + ".js" }

// web returns an address that is safe to link to: http or https with a host;
// empty otherwise.
func web(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

// advisoryID matches the ids of OSV records.
var advisoryID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{2,79}$`)

func advisoryURL(id string) string {
	if !advisoryID.MatchString(id) {
		return ""
	}
	return "https://osv.dev/vulnerability/" + id
}

// shortRepository returns the last element of a repository's address; the
// whole, cut, where there is none.
func shortRepository(address string) string {
	address = strings.TrimRight(address, "/")
	if i := strings.LastIndexByte(address, '/'); i >= 0 {
		address = address[i+1:]
	}
	return cut(address, 40)
}

// shortCommit returns the first ten digits of a commit.
func shortCommit(id string) string {
	if len(id) > 10 {
		return id[:10]
	}
	return id
}
