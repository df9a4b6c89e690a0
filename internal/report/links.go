package report

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"
)

// PagePath returns the path of a good's page from the portfolio page. An id
// that is no plain slug gets a name made from its hash.
func PagePath(id string) string {
	if !FileName.MatchString(id) {
		sum := sha256.Sum256([]byte(CleanText(id))) // pages name goods by ids that are clean
		id = "good_" + hex.EncodeToString(sum[:8])
	}
	return "goods/" + id + ".html"
}

// FileName matches the ids that can name a file on any file system.
var FileName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,99}$`)

// SlugOf is how addresses name a good: as the file of its page, without the end.
func SlugOf(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(PagePath(id), "goods/"), ".html")
}

// EmbedPath is the page of a good that others show in a frame, in the folder of a language.
func EmbedPath(id string) string { return "embed/" + SlugOf(id) + ".html" }

// ColumnPath returns the path of the file that compare.js loads of a good.
func ColumnPath(id string) string { return "goods/" + SlugOf(id) + ".js" }

// EvidencePath is where the report says how it knows what the page of a good claims.
// BriefPath is where it has the sheet of a good to print.
func EvidencePath(id string) string { return "evidence/" + SlugOf(id) + ".html" }
func BriefPath(id string) string    { return "briefs/" + SlugOf(id) + ".html" }

// PreviewPath is where the report has the picture of a good for those who show a link to it.
func PreviewPath(id string) string { return "goods/" + SlugOf(id) + ".png" }

// Web returns an address that is safe to link to: http or https with a host;
// empty otherwise.
func WebURL(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

// advisoryID matches the ids of OSV records.
var advisoryID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{2,79}$`)

func AdvisoryURL(id string) string {
	if !advisoryID.MatchString(id) {
		return ""
	}
	return "https://osv.dev/vulnerability/" + id
}

// ShortRepository returns the last element of a repository's address; the
// whole, cut, where there is none.
func ShortRepository(address string) string {
	address = strings.TrimRight(address, "/")
	if i := strings.LastIndexByte(address, '/'); i >= 0 {
		address = address[i+1:]
	}
	return Cut(address, 40)
}

// ShortCommit returns the first ten digits of a commit.
func ShortCommit(id string) string {
	if len(id) > 10 {
		return id[:10]
	}
	return id
}
