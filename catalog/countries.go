package catalog

import (
	"strings"

	"github.com/midspan/midspan/catalog/country"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// countries brings texts to countries, each once. What names a continent, a group or the
// world names no country; what is not known as one counts as none either, and is noted.
// The result is nil, which is unknown, where the catalog says nothing, and where nothing
// that it says could be read; it is empty where it names none.
func (n *entryNotes) countries(texts []string) []string {
	if texts == nil {
		return nil
	}
	shown := make([]string, len(texts)) // before a secret comes apart
	for i, text := range texts {
		shown[i] = redact.Text(text)
	}
	read := country.Read(shown)
	if len(read.Wider) > 0 {
		n.add(observation.CauseRemark, "", "%q names no country: left out", quote(strings.Join(read.Wider, "; ")))
	}
	if len(read.Unread) > 0 {
		n.add(observation.CauseRemark, "", "%q is not known as a country: left out; name countries by their ISO codes or their names",
			quote(strings.Join(read.Unread, "; ")))
		if len(read.Names) == 0 {
			return nil
		}
	}
	return append([]string{}, read.Names...)
}
