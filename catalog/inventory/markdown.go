package inventory

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	// markdownItem is an item of a list that begins with a link: "- [Name](address) - words".
	markdownItem = regexp.MustCompile(`^[-*+]\s+(?:\[[ xX]\]\s+)?(?:[^\s\w\[]+\s+)?(?:\*\*|__)?\[([^\]]+)\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)(?:\*\*|__)?(.*)$`)
	// tableLink is the first link of a row of a table.
	tableLink = regexp.MustCompile(`^\|\s*(?:\*\*)?\[([^\]]+)\]\(\s*<?([^)\s>]+)>?\s*\)(?:\*\*)?\s*\|(.*)$`)
	heading   = regexp.MustCompile(`^(#{1,6})\s+(.*?)\s*#*$`)
	otherLink = regexp.MustCompile(`\[([^\]]*)\]\(\s*<?(https?://[^)\s>]+)>?[^)]*\)`)
	// ofSource are the words under which a list names the repository beside a website.
	ofSource = regexp.MustCompile(`(?i)\b(?:source|code|repo|repository|git|github|gitlab|codeberg)\b`)
	image    = regexp.MustCompile(`!\[[^\]]*\]\([^)]*\)`)
	// asides are sections of such lists that name no software.
	asides = regexp.MustCompile(`(?i)^(?:table of )?contents?$|^licen[cs]e$|^contribut|^related|^see also|^(?:other |similar )?(?:awesome )?lists$|^further reading|^acknowledg|^footnotes?$`)
)

// readMarkdown reads a list of links, as "awesome" lists are: items and rows of tables that
// begin with a link that leaves the page. The nearest heading is the sector of an item.
// Where the first link is a website, one called "source" or the like behind it may be the
// repository.
func readMarkdown(d document) (List, error) {
	list := List{Name: "markdown"}
	section, aside, fenced := "", false, false
	for i, line := range strings.Split(string(d.text), "\n") {
		line = strings.TrimRight(line, "\r ")
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~") {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		if parts := heading.FindStringSubmatch(line); parts != nil {
			section = plain(parts[2])
			aside = asides.MatchString(section)
			continue
		}
		if row, ok := markdownRow(line, section); ok && !aside {
			row.Entry = fmt.Sprintf("line %d", i+1)
			list.Rows = append(list.Rows, row)
		}
	}
	if len(list.Rows) == 0 {
		return list, fmt.Errorf("it is Markdown without a list of links: want lines such as \"- [Name](https://…) - what it is\"")
	}
	return list, nil
}

func markdownRow(line, section string) (Row, bool) {
	line = strings.TrimSpace(image.ReplaceAllString(line, ""))
	parts := markdownItem.FindStringSubmatch(line)
	if parts == nil {
		if parts = tableLink.FindStringSubmatch(line); parts == nil {
			return Row{}, false
		}
		parts[3] = strings.ReplaceAll(parts[3], "|", " ")
	}
	address := parts[2]
	if !strings.Contains(address, "://") && !strings.HasPrefix(address, "git@") {
		return Row{}, false // within the page, or another page of the same site
	}
	row := Row{Fields: map[string]any{}}
	row.set("name", plain(parts[1]))
	addresses := []string{address}
	for _, other := range otherLink.FindAllStringSubmatch(parts[3], maxLinks) {
		if ofSource.MatchString(other[1]) {
			addresses = append(addresses, other[2])
		}
	}
	row.set("candidates", addresses)
	row.set("description", plain(strings.TrimLeft(otherLink.ReplaceAllString(parts[3], ""), " -–—:.")))
	row.set("sectors", section)
	return row, true
}

// maxLinks bounds the further links of one line.
const maxLinks = 8

// plain takes the marks of Markdown off a text.
func plain(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("**", "", "__", "", "`", "", "|", " ").Replace(text)), " ")
}
