// Package catalogs reads catalogs, and keeps what it read of those at addresses, with the
// day: a run can be repeated from the copy, and a server that does not answer stops none.
//
// What is kept is the catalog as it was understood, and not what the server sent: an answer
// may hold contacts of persons, which are never kept.
package catalogs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/download"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// Reader reads catalogs.
type Reader struct {
	// Folder is where copies are kept. It is made when one is.
	Folder string
	// Client sends the requests. It sends none where Offline is set.
	Client  *http.Client
	Offline bool
	// MaxAge is how much older than AsOf a copy may be that stands in for a server.
	MaxAge time.Duration
	AsOf   time.Time
	// Now is kept as the time of what is fetched.
	Now time.Time
	// Version is the program's: what another understood of an answer is fetched anew.
	Version string
	// Formats are tried before those of package catalog.
	Formats []catalog.Format
	// Say receives what stands in for what; nil drops it.
	Say func(string)
}

// copied is a catalog as it is kept.
type copied struct {
	Fetched  time.Time       `json:"fetched"` // when the server sent it, or confirmed that it is unchanged
	Version  string          `json:"version"`
	ETag     string          `json:"etag,omitempty"`
	Modified string          `json:"lastModified,omitempty"`
	Catalog  catalog.Catalog `json:"catalog"`
}

// maxCopy bounds a copy, in bytes: more than a catalog that may be read makes.
const maxCopy = 1 << 30

// Read reads a catalog from a file, a folder or an address. Of an address the copy stands
// in where the network is switched off, and where the server does not bring a catalog;
// where there is none that is young enough, the error says so.
func (r Reader) Read(ctx context.Context, location string) (catalog.Catalog, error) {
	if !download.IsURL(location) {
		return catalog.Load(ctx, location, nil, r.Formats...)
	}
	kept, have := r.keptOf(location)
	if r.Offline {
		return r.standIn(location, kept, have, fetch.ErrOffline)
	}
	read, err := r.fetch(ctx, location, kept, have)
	if ctx.Err() != nil {
		return catalog.Catalog{}, ctx.Err()
	}
	if err != nil {
		return r.standIn(location, kept, have, err)
	}
	if err := r.keep(location, read); err != nil {
		return catalog.Catalog{}, fmt.Errorf("keep a copy of the catalog %s: %w", redact.URL(location), err)
	}
	return read.dated(), nil
}

func (c copied) dated() catalog.Catalog {
	c.Catalog.Fetched = c.Fetched.UTC().Format(time.DateOnly)
	return c.Catalog
}

// fetch asks the server, on condition that something changed.
func (r Reader) fetch(ctx context.Context, location string, kept copied, have bool) (copied, error) {
	p := &pages{client: r.Client, address: location}
	if have && kept.Version == r.Version {
		p.etag, p.modified = kept.ETag, kept.Modified
	}
	read, err := catalog.Load(ctx, location, func(ctx context.Context, _ string) (io.ReadCloser, error) { return p.open(ctx) }, r.Formats...)
	if p.unchanged {
		kept.Fetched = r.Now
		return kept, nil
	}
	return copied{Fetched: r.Now, Version: r.Version, ETag: p.etag, Modified: p.modified, Catalog: read}, err
}

// standIn is the copy, and says why it is used.
func (r Reader) standIn(location string, kept copied, have bool, why error) (catalog.Catalog, error) {
	switch day := kept.Fetched.UTC().Format(time.DateOnly); {
	case !have && errors.Is(why, fetch.ErrOffline):
		return catalog.Catalog{}, fmt.Errorf("read catalog %s: offline, and no copy of it is kept: fetch it once, or save it to a file and name the file", redact.URL(location))
	case !have:
		return catalog.Catalog{}, why
	case kept.Fetched.Before(r.AsOf.Add(-r.MaxAge)):
		return catalog.Catalog{}, fmt.Errorf("%w; the copy that is kept is of %s, and older than --max-age allows", why, day)
	case r.Say != nil:
		r.Say(fmt.Sprintf("catalog %s: the copy of %s stands in", redact.URL(location), day))
	}
	c := kept.dated()
	if !errors.Is(why, fetch.ErrOffline) {
		c.Notes = append(c.Notes, observation.Note{Cause: observation.CauseUnreachable, Subject: c.Location,
			Message: fmt.Sprintf("the catalog could not be fetched: %v; the copy of %s stands in", redact.Error(why), c.Fetched)})
	}
	return c, nil
}

// nameOf is the name of the copy of an address.
func nameOf(location string) string {
	sum := sha256.Sum256([]byte(location))
	return hex.EncodeToString(sum[:12]) + ".json"
}

// keptOf is the copy of an address. One that cannot be read is none.
func (r Reader) keptOf(location string) (copied, bool) {
	root, err := files.OpenRoot(r.Folder)
	if err != nil {
		return copied{}, false
	}
	defer root.Close()
	data, err := files.ReadIn(root, nameOf(location), maxCopy)
	var kept copied
	if err != nil || json.Unmarshal(data, &kept) != nil || kept.Fetched.IsZero() || len(kept.Catalog.Goods) == 0 {
		return copied{}, false
	}
	return kept, true
}

// keep writes a copy. A folder that cannot be written to keeps none.
func (r Reader) keep(location string, c copied) error {
	if err := files.RefuseLink(r.Folder); err != nil {
		return err
	}
	err := os.MkdirAll(r.Folder, 0o755)
	if err == nil {
		err = r.write(nameOf(location), c)
	}
	if files.IsReadOnly(err) {
		return nil
	}
	return err
}

func (r Reader) write(name string, c copied) error {
	root, err := files.OpenRoot(r.Folder)
	if err != nil {
		return err
	}
	defer root.Close()
	return files.WriteIn(root, name, func(w io.Writer) error { return json.NewEncoder(w).Encode(c) })
}

// Fetched is when the copy of an address was fetched; zero where none is kept.
func (r Reader) Fetched(location string) time.Time {
	kept, _ := r.keptOf(location)
	return kept.Fetched
}
