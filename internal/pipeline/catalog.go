package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/catalog/sample"
	"github.com/midspan/midspan/internal/catalogs"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/store"
)

// Begin is the catalog stage: it reads the catalogs and stores a new run with their
// goods. urls name further repositories, from the command line. It locks the store until
// Run ends or the pipeline is closed, because two simultaneous runs would fetch into the
// same mirrors.
func (p *Pipeline) Begin(ctx context.Context, urls []string) (store.Run, error) {
	if err := p.lockStore(); err != nil {
		return store.Run{}, err
	}
	catalogs, err := p.Catalogs(ctx, urls)
	if err != nil {
		return store.Run{}, err
	}
	goods := p.Choose(catalogs)
	if err := p.placeReport(urls, goods, p.catalogID(catalogs)); err != nil {
		return store.Run{}, err
	}
	return p.begin(ctx, catalogs, goods)
}

// begin stores a new run with its goods.
func (p *Pipeline) begin(ctx context.Context, catalogs []catalog.Catalog, goods []catalog.Good) (store.Run, error) {
	if len(goods) == 0 {
		return store.Run{}, fmt.Errorf("no goods to read: %s", emptyReason(p.cfg, catalogs))
	}
	var repositories []catalog.Repository
	for _, good := range goods {
		repositories = append(repositories, good.Repositories...)
	}
	if err := p.checkOutside(repositories); err != nil {
		return store.Run{}, err
	}
	run := store.Run{AsOf: p.cfg.Day(), State: store.Started, CatalogID: p.catalogID(catalogs)}
	for _, c := range catalogs {
		run.Sources = append(run.Sources, store.Source{Name: c.Name, Location: c.Location, Goods: len(c.Goods), Fetched: c.Fetched})
		run.Notes = append(run.Notes, c.Notes...)
	}
	var err error
	if run.ID, err = p.store.Begin(ctx, run, goods); err != nil {
		return run, err
	}
	return run, p.keep(ctx, run)
}

// Catalogs reads the configured catalogs and the urls, or the sample where there is
// neither.
func (p *Pipeline) Catalogs(ctx context.Context, urls []string) ([]catalog.Catalog, error) {
	if usesSample(p.cfg, urls) {
		// Its repositories are of another as-of in another project.
		p.cfg.Cache = p.cfg.Store
		goods, origins, err := sample.Write(ctx, filepath.Join(p.cfg.Store, "sample"), p.cfg.Day(), p.git)
		p.git, p.givenMirrors = p.git.WithRewrite(origins.Clone), origins.Given
		return []catalog.Catalog{goods}, err
	}
	var all []catalog.Catalog
	reader := catalogReader(p.cfg, p.build, p.now())
	reader.Client, reader.Say = httpClient(p.cfg, p.version), p.say
	for _, location := range p.cfg.Catalog {
		read, err := reader.Read(ctx, location)
		if err != nil {
			return nil, err
		}
		all = append(all, read)
	}
	if len(urls) > 0 {
		all = append(all, catalog.FromURLs(urls))
	}
	return all, nil
}

// catalogReader reads catalogs, and keeps copies of those at addresses in the cache.
func catalogReader(cfg config.Config, version string, now time.Time) catalogs.Reader {
	return catalogs.Reader{Folder: filepath.Join(cfg.Cache, "catalogs"), Offline: cfg.Offline, MaxAge: cfg.MaxAge, AsOf: cfg.Day(), Now: now, Version: version}
}

// Choose merges the entries of the catalogs into goods and applies the settings only and
// limit.
func (p *Pipeline) Choose(catalogs []catalog.Catalog) []catalog.Good {
	goods := catalog.Merge(catalogs)
	if only := strings.ToLower(p.cfg.Only); only != "" {
		goods = slices.DeleteFunc(goods, func(g catalog.Good) bool { return !matchesFilter(g, only) })
	}
	if p.cfg.Limit > 0 && len(goods) > p.cfg.Limit {
		goods = goods[:p.cfg.Limit]
	}
	return goods
}

// matchesFilter reports whether the name, an id or a repository of a good contains the
// setting only.
func matchesFilter(good catalog.Good, only string) bool {
	texts := append([]string{good.ID, good.Name}, good.Aliases...)
	for _, repository := range good.Repositories {
		texts = append(texts, repository.URL)
	}
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), only) })
}

// emptyReason explains why there are no goods.
func emptyReason(cfg config.Config, catalogs []catalog.Catalog) string {
	if cfg.Only != "" {
		return catalog.NotFound(fmt.Sprintf("nothing in the catalogs mentions %q (only)", cfg.Only), cfg.Only, catalog.Merge(catalogs)).Error()
	}
	var reasons []string
	for _, c := range catalogs {
		reasons = append(reasons, fmt.Sprintf("%s has none", c.Location))
		for _, note := range c.Notes {
			reasons = append(reasons, note.Subject+": "+note.Message)
		}
	}
	return strings.Join(reasons[:min(len(reasons), 5)], "; ")
}

// catalogID is the same for runs that can be compared with each other.
func (p *Pipeline) catalogID(catalogs []catalog.Catalog) string {
	hash := sha256.New()
	for _, c := range catalogs {
		fmt.Fprintf(hash, "%q %q\n", c.Name, c.Location)
		if c.Name == "url" {
			for _, good := range c.Goods {
				fmt.Fprintf(hash, "%q\n", good.ID)
			}
		}
	}
	fmt.Fprintf(hash, "%q %d\n", p.cfg.Only, p.cfg.Limit)
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

func usesSample(cfg config.Config, urls []string) bool {
	return len(cfg.Catalog) == 0 && len(urls) == 0
}

// repositories lists the distinct repositories of a run's goods by address.
func (p *Pipeline) repositories(ctx context.Context, run store.Run) ([]catalog.Repository, error) {
	seen := map[string]catalog.Repository{}
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return nil, err
		}
		for _, repository := range good.Repositories {
			hosts := append(strings.Fields(seen[repository.URL].OwnerHosts), good.OwnerHosts()...)
			slices.Sort(hosts)
			repository.OwnerHosts = strings.Join(slices.Compact(hosts), " ")
			seen[repository.URL] = repository
		}
	}
	list := make([]catalog.Repository, 0, len(seen))
	for _, repository := range seen {
		list = append(list, repository)
	}
	slices.SortFunc(list, func(a, b catalog.Repository) int { return strings.Compare(a.URL, b.URL) })
	return list, nil
}

// note makes the note of a failed unit of work from its error.
func note(cause observation.Cause, subject string, err error) observation.Note {
	return observation.Note{Cause: cause, Subject: subject, Message: redact.Text(err.Error())}
}
