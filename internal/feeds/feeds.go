// Package feeds fetches what stands beside the advisories: the ends of support of
// endoflife.date, and the scores of EPSS. Each is a file with a day of its own; one that
// cannot be fetched leaves the earlier copy, and stops nothing.
package feeds

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/midspan/midspan/internal/download"
	"github.com/midspan/midspan/internal/endoflife"
	"github.com/midspan/midspan/internal/epss"
	"github.com/midspan/midspan/internal/observation"
)

// feed is a file that is published beside OSV's export. A new one adds a line to all.
type feed struct {
	name    string // below the folder, and below an address of the user's own
	address string // of its publisher
	limit   int64  // bytes
	read    func(path string) error
}

func all() []feed {
	return []feed{
		{endoflife.FileName, "https://endoflife.date/api/v1/products/full", 64 << 20, func(path string) error { _, err := endoflife.Read(path); return err }},
		{epss.FileName, "https://epss.empiricalsecurity.com/" + epss.FileName, 64 << 20, func(path string) error { _, err := epss.Read(path); return err }},
	}
}

// Update fetches the feeds into a folder. base is the address or folder from which they come
// in the place of their publishers; it need not have them. An error is that of an ended
// context, or of a folder that cannot be written to; why a feed could not be fetched is
// kept, and listed by Failures.
func Update(ctx context.Context, base, dir string, client *http.Client, now time.Time) error {
	f, err := download.Open(dir, client, now)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, feed := range all() {
		source := feed.address
		if base != "" {
			source = download.Join(base, feed.name)
		}
		check := func(path string) error {
			if err := feed.read(path); err != nil {
				return fmt.Errorf("%w: %w", download.ErrDamaged, err)
			}
			return nil
		}
		err := f.Fetch(ctx, download.File{Source: source, Name: feed.name, Limit: feed.limit, Check: check})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) && download.ReadStatus(f.Path(feed.name)).Message == "" {
			return err // not even that could be written down
		}
	}
	return nil
}

// Failures returns a note for each feed that the last update could not fetch.
func Failures(dir string) []observation.Note {
	var names []string
	for _, feed := range all() {
		names = append(names, feed.name)
	}
	return download.Failures(dir, names, "midspan advisories update")
}
