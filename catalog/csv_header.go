package catalog

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/midspan/midspan/internal/observation"
)

// decodeTable brings a table that is no UTF-8 from Windows-1252, which spreadsheets of
// Windows write, to UTF-8. A text in UTF-8 with a few broken bytes stays what it is.
func decodeTable(data []byte) (text string, remark string) {
	if utf8.Valid(data) {
		return string(data), ""
	}
	broken, whole := 0, 0 // bytes that are none of UTF-8, letters of more than one byte that are
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			broken++
		case size > 1:
			whole++
		}
		rest = rest[size:]
	}
	if whole >= broken {
		return strings.ToValidUTF8(string(data), "\uFFFD"), ""
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "\uFFFD"), ""
	}
	return string(decoded), "the table is not in UTF-8: read as Windows-1252"
}

var separatorLine = regexp.MustCompile(`(?i)^\s*"?sep=([,;|\t])"?[,;|\t]*[ ]*(?:\n|$)`)

// cutSeparatorLine empties the line that names the separator for Excel, so that the
// numbers of lines stay. The separator is 0 where there is no such line.
func cutSeparatorLine(text string) (string, rune) {
	m := separatorLine.FindStringSubmatchIndex(text)
	if m == nil {
		return text, 0
	}
	return strings.Repeat("\n", strings.Count(text[:m[1]], "\n")) + text[m[1]:], rune(text[m[2]])
}

// maxLooked bounds the rows in which the column of addresses is looked for.
const maxLooked = 20

// addressColumn finds the column of a table without a known one in which repositories of
// known forges stand, or failing that, addresses of any kind. It is -1 where there is none.
func addressColumn(text string, header []string, comma rune) (column int, repositories bool) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma, reader.Comment, reader.TrimLeadingSpace, reader.LazyQuotes, reader.FieldsPerRecord = comma, '#', true, true, -1
	filled, known, all := make([]int, len(header)), make([]int, len(header)), make([]int, len(header))
	for row := 0; row <= maxLooked; row++ {
		cells, err := reader.Read()
		if err != nil {
			break
		}
		for i, cell := range cells[:min(len(cells), len(header))] {
			if cell = strings.TrimSpace(cell); row == 0 || cell == "" || len(cell) > maxAddress {
				continue
			}
			filled[i]++
			if looksLikeAddress(cell) || bareHost.MatchString(cell) {
				all[i]++
			}
			if found, _, err := ParseRepository(cell, Claimed); err == nil && forgeAt(found.Host) != layoutUnknown {
				known[i]++
			}
		}
	}
	for i := range header {
		if columnOf(header[i]) == "" && known[i] > 0 && 2*known[i] > filled[i] {
			return i, true
		}
	}
	for i := range header {
		if all[i] > 0 && 2*all[i] > filled[i] {
			return i, false
		}
	}
	return -1, false
}

// namedColumns are the fields that the columns of a header fill. Where a column speaks of
// a repository, one that is called "url" alone is the address of a website.
func namedColumns(header []string) []string {
	fields := make([]string, len(header))
	specific := false
	for i, cell := range header {
		fields[i] = columnOf(cell)
		specific = specific || fields[i] == "url" && !isPlainURL(cell)
	}
	for i, cell := range header {
		if specific && isPlainURL(cell) {
			fields[i] = "website"
		}
	}
	return fields
}

func isPlainURL(header string) bool {
	name := columnName(header)
	return name == "url" || name == "urls"
}

// tableHeader finds the header of a table and the separator of its cells. ok is false for
// a text that is no table with a column of addresses; then the error says which is wanted,
// if any.
func (c *Catalog) tableHeader(text string, separator rune) (t *table, err error) {
	first := firstLine(text)
	separators := []rune{',', '\t', ';', '|'}
	if separator != 0 {
		separators = []rune{separator}
	}
	for _, comma := range separators {
		header := splitLine(first, comma)
		if fields := namedColumns(header); slices.Contains(fields, "url") {
			return &table{catalog: c, header: header, columns: fields, comma: comma, goods: map[string]*row{}}, nil
		}
	}
	if looksLikeList(first) {
		return nil, nil
	}
	for _, comma := range separators {
		header := splitLine(first, comma)
		if len(header) < 2 {
			continue
		}
		column, repositories := addressColumn(text, header, comma)
		switch {
		case column < 0:
		case repositories:
			fields := namedColumns(header)
			fields[column] = "url"
			c.Notes = append(c.Notes, observation.Note{Cause: observation.CauseRemark, Subject: "header",
				Message: fmt.Sprintf("the column %q was read as the addresses of repositories", quote(header[column]))})
			return &table{catalog: c, header: header, columns: fields, comma: comma, goods: map[string]*row{}}, nil
		default:
			return nil, fmt.Errorf("it is a table without a url column; its columns are %q: if repositories stand in %q, name that column \"url\"",
				quote(strings.Join(header, ", ")), quote(header[column]))
		}
	}
	return nil, nil
}
