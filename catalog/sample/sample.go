// Package sample holds the embedded catalog: invented goods, one at least for
// every stage, type and audience, whose repositories are written at run time
// from short descriptions, and a small set of advisories that hits some of
// them. Nothing here describes a real project but the advisories, which state
// public facts about real packages.
//
// It knows nothing of git: it makes fast-import streams for an Importer.
package sample

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/files"
)

// Name is the catalog's name.
const Name = "sample"

// Host is where the sample's repositories seem to be: a reserved name that no
// resolver answers.
const Host = "samples.midspan.example"

// Importer writes a bare repository at dir from a git fast-import stream, or
// leaves one that is there already.
type Importer interface {
	Import(ctx context.Context, dir string, stream io.Reader) error
}

// Origins are the folders of the sample's repositories by canonical URL.
type Origins struct {
	// Clone holds those to clone from, Given those that stand for mirrors which
	// somebody fetched long ago: they are read where they are.
	Clone, Given map[string]string
}

// Write makes the sample's repositories below dir and returns its catalog.
// Dates are relative to asOf; the same asOf gives the same object ids. A
// repository that was already written is kept.
func Write(ctx context.Context, dir string, asOf time.Time, importer Importer) (catalog.Catalog, Origins, error) {
	descriptions, err := Descriptions()
	if err != nil {
		return catalog.Catalog{}, Origins{}, err
	}
	origins := Origins{Clone: map[string]string{}, Given: map[string]string{}}
	for _, d := range descriptions {
		for _, r := range d.Repositories {
			folder, err := writeRepository(ctx, dir, asOf, importer, r)
			if err != nil {
				return catalog.Catalog{}, Origins{}, fmt.Errorf("write the sample repository %s: %w", r.Slug, err)
			}
			if r.Mirrored > 0 {
				origins.Given[r.url()] = folder
			} else {
				origins.Clone[r.url()] = folder
			}
		}
	}
	return Catalog(descriptions), origins, nil
}

// writeRepository names the folder by what is in it, so that another as-of or another
// description never finds an old one.
func writeRepository(ctx context.Context, dir string, asOf time.Time, importer Importer, r Repository) (string, error) {
	var stream bytes.Buffer
	if err := r.stream(&stream, asOf); err != nil {
		return "", err
	}
	sum := sha256.Sum256(stream.Bytes())
	folder := filepath.Join(dir, r.Slug+"-"+hex.EncodeToString(sum[:4])+".git")
	if err := files.RefuseLink(folder); err != nil {
		return "", err
	}
	if err := importer.Import(ctx, folder, &stream); err != nil {
		return "", err
	}
	return folder, setFetchTime(folder, monthsBefore(asOf, r.Mirrored))
}

// setFetchTime sets the time at which a mirror was last fetched, as Midspan reads it
// from a given mirror.
func setFetchTime(folder string, at time.Time) error {
	for _, name := range []string{"HEAD", "packed-refs", "FETCH_HEAD"} {
		err := os.Chtimes(filepath.Join(folder, name), at, at)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Catalog turns descriptions into goods, as any other catalog does.
func Catalog(descriptions []Description) catalog.Catalog {
	c := catalog.Catalog{Name: Name, Location: "embedded"}
	for _, d := range descriptions {
		c.Goods = append(c.Goods, d.good())
	}
	return c
}

func (d Description) good() catalog.Good {
	g := catalog.Good{
		ID: d.ID, Name: d.Name, Description: strings.TrimSpace(d.About), Types: d.Types, Licenses: d.Licenses, SDGs: d.SDGs,
		Sectors: d.Sectors, Status: d.Status, DeploymentCountries: d.DeploymentCountries, DevelopmentCountries: d.DevelopmentCountries,
		UsedBy: d.UsedBy, Sources: []catalog.Source{{Catalog: "sample", Entry: "goods/" + d.ID + ".yaml"}},
	}
	for _, o := range d.Organizations {
		g.Organizations = append(g.Organizations, catalog.Organization{Name: o.Name, Role: o.Role})
	}
	for _, r := range d.Repositories {
		g.Repositories = append(g.Repositories, catalog.Repository{URL: r.url(), Name: r.Name, Host: Host, Path: r.Slug})
	}
	return g
}

func (r Repository) url() string { return "https://" + Host + "/" + r.Slug }
