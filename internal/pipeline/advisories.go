package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog/sample"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/download"
	"github.com/midspan/midspan/internal/endoflife"
	"github.com/midspan/midspan/internal/epss"
	"github.com/midspan/midspan/internal/feeds"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/store"
)

// openAdvisories opens the configured source of advisories, once.
func (p *Pipeline) openAdvisories(ctx context.Context, run store.Run) error {
	if p.source != nil {
		return nil
	}
	source, err := p.newSource(ctx, run)
	if err == nil {
		p.source, p.ends = source, readEnds(p.cfg, run)
		if p.cfg.Advisories != "" || !readsSampleAlone(run) {
			p.scores = epss.AtHand(advisoryFolder(p.cfg), run.AsOf)
		}
	}
	return err
}

// newSource opens the configured source of advisories. It is None where no database can
// be opened.
func (p *Pipeline) newSource(ctx context.Context, run store.Run) (advisory.Source, error) {
	if p.cfg.Advisories == advisory.ServiceName {
		return advisory.NewService(p.service, run.ID), nil
	}
	if p.cfg.Advisories == "" && !readsSampleAlone(run) {
		return p.openIndex(ctx, run) // it is read as it stands, and nobody is waited for
	}
	release, err := lockAdvisories(ctx, p.cfg, p.now())
	if err != nil {
		return nil, err
	}
	source, err := p.openIndex(ctx, run)
	return source, errors.Join(err, release())
}

// openIndex builds the index of the configured source and opens it.
func (p *Pipeline) openIndex(ctx context.Context, run store.Run) (advisory.Source, error) {
	index, err := p.advisoryIndex(ctx, run)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return advisory.None{Reason: observation.Note{Cause: observation.CauseNoDatabase, Subject: redact.URL(p.cfg.Advisories),
			Message: fmt.Sprintf("no advisory database, so every finding is unknown: %v", redact.Error(err))}}, nil
	}
	var beside []observation.Note
	if p.cfg.Advisories != "" {
		beside = feeds.Failures(advisoryFolder(p.cfg))
	}
	source, err := advisory.Open(ctx, index, beside...)
	if err == nil || p.cfg.Advisories != "" || ctx.Err() != nil {
		return source, err
	}
	// The default index is not built by this run, so a damaged one is found out here.
	if failed := osvdb.Rebuild(ctx, index, p.now()); failed != nil {
		return nil, err
	}
	return advisory.Open(ctx, index)
}

// advisoryIndex builds or updates the index of the configured source and returns its
// path.
func (p *Pipeline) advisoryIndex(ctx context.Context, run store.Run) (string, error) {
	switch source := p.cfg.Advisories; {
	case source == "" && readsSampleAlone(run):
		folder := filepath.Join(p.cfg.Store, "sample", "advisories")
		if err := sample.WriteAdvisories(folder); err != nil {
			return "", err
		}
		return buildIndex(ctx, p.cfg, folder, p.now(), p.progress)
	case source == "":
		index := defaultIndexPath(p.cfg)
		if _, err := os.Stat(index); errors.Is(err, fs.ErrNotExist) {
			return "", errors.New("use midspan advisories update, or name a folder in the OSV layout with --advisories")
		}
		return index, nil
	case download.IsURL(source) && !p.cfg.Offline:
		if err := fetchAdvisories(ctx, p.cfg, p.version, p.now(), source); err != nil {
			return "", err
		}
	}
	return buildIndex(ctx, p.cfg, advisoryFolder(p.cfg), p.now(), p.progress)
}

// readsSampleAlone reports whether a run reads the embedded sample and nothing else.
func readsSampleAlone(run store.Run) bool {
	return len(run.Sources) == 1 && run.Sources[0].Name == sample.Name
}

// downloadDir is the folder for the archives of an address, in the OSV layout. Each
// address has its own, because projects share the cache: what one fetches from a server
// of its own is not what another takes for OSV's.
func downloadDir(cfg config.Config, address string) string {
	if strings.TrimSuffix(address, "/") == osvdb.DefaultBaseURL {
		return filepath.Join(cfg.Cache, "osv")
	}
	sum := sha256.Sum256([]byte(address))
	return filepath.Join(cfg.Cache, "osv-"+hex.EncodeToString(sum[:6]))
}

// advisoryFolder is the folder in the OSV layout that the setting advisories stands for: that
// of an address, the folder that it names, or that of OSV's export.
func advisoryFolder(cfg config.Config) string {
	switch source := cfg.Advisories; {
	case source == "" || source == advisory.ServiceName:
		return downloadDir(cfg, osvdb.DefaultBaseURL)
	case download.IsURL(source):
		return downloadDir(cfg, source)
	default:
		return source
	}
}

// defaultIndexPath is the path of the index that is used where no source is named.
func defaultIndexPath(cfg config.Config) string { return filepath.Join(cfg.Cache, "advisories.db") }

// indexPath returns the path of a folder's index: each source has its own.
func indexPath(cfg config.Config, folder string) (string, error) {
	if folder == downloadDir(cfg, osvdb.DefaultBaseURL) {
		return defaultIndexPath(cfg), nil
	}
	full, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(full))
	return filepath.Join(cfg.Cache, "advisories-"+hex.EncodeToString(sum[:6])+".db"), nil
}

func buildIndex(ctx context.Context, cfg config.Config, folder string, now time.Time, progress Progress) (string, error) {
	index, err := indexPath(cfg, folder)
	if err != nil {
		return "", err
	}
	progress.Stage("advisories", 0)
	defer progress.End()
	_, err = osvdb.Build(ctx, folder, index, now)
	return index, err
}

func fetchAdvisories(ctx context.Context, cfg config.Config, version string, now time.Time, address string) error {
	folder := downloadDir(cfg, address)
	if err := files.RefuseLink(folder); err != nil {
		return err
	}
	client, mirror := httpClient(cfg, version), address
	if err := osvdb.Update(ctx, address, folder, cfg.Ecosystems, client, now); err != nil {
		return err
	}
	if folder == downloadDir(cfg, osvdb.DefaultBaseURL) {
		mirror = "" // the publishers' own addresses
	}
	return feeds.Update(ctx, mirror, folder, client, now)
}

// AdvisoryInfo describes the default index, and the data of ends of support beside it.
type AdvisoryInfo struct {
	osvdb.Info
	// Ends is nil where no such data were imported.
	Ends *endoflife.Info `json:"endoflife,omitempty"`
}

// UpdateAdvisories downloads the configured address, or OSV's, with the feeds beside it, and
// builds the default index from it.
func UpdateAdvisories(ctx context.Context, cfg config.Config, version string, now time.Time, progress Progress) (AdvisoryInfo, error) {
	address := cfg.Advisories
	if !download.IsURL(address) {
		address = osvdb.DefaultBaseURL
	}
	var notes []observation.Note
	info, err := replaceDefaultIndex(ctx, cfg, now, progress, func(cfg config.Config) (string, error) {
		folder := downloadDir(cfg, address)
		if err := fetchAdvisories(ctx, cfg, version, now, address); err != nil {
			return folder, err
		}
		notes = feeds.Failures(folder)
		if ends := endoflife.Find(folder); ends != "" {
			return folder, importEnds(cfg, ends)
		}
		return folder, nil
	})
	info.Notes = append(info.Notes, notes...)
	return info, err
}

// ImportAdvisories builds the default index from a folder in the OSV layout, such as one
// copied to a machine without a network, and keeps the data of ends of support that lie in
// it. A file is such data alone.
func ImportAdvisories(ctx context.Context, cfg config.Config, path string, now time.Time, progress Progress) (AdvisoryInfo, error) {
	if err := files.CheckPath(path); err != nil {
		return AdvisoryInfo{}, err
	}
	// The index keeps the folder, from which a damaged one is made anew.
	path, err := filepath.Abs(path)
	if err != nil {
		return AdvisoryInfo{}, err
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return importEndsAlone(ctx, cfg, path, now)
	}
	return replaceDefaultIndex(ctx, cfg, now, progress, func(cfg config.Config) (string, error) {
		if ends := endoflife.Find(path); ends != "" {
			return path, importEnds(cfg, ends)
		}
		return path, nil
	})
}

// importEndsAlone imports a file of data of ends of support.
func importEndsAlone(ctx context.Context, cfg config.Config, path string, now time.Time) (AdvisoryInfo, error) {
	return changeAdvisories(ctx, cfg, now, func(cfg config.Config) (AdvisoryInfo, error) {
		if err := importEnds(cfg, path); err != nil {
			return AdvisoryInfo{}, err
		}
		if _, err := os.Stat(defaultIndexPath(cfg)); errors.Is(err, fs.ErrNotExist) {
			ends, err := showEnds(cfg)
			return AdvisoryInfo{Ends: ends}, err
		}
		return ShowAdvisories(ctx, cfg)
	})
}

// replaceDefaultIndex builds the default index from the folder that bring returns.
func replaceDefaultIndex(ctx context.Context, cfg config.Config, now time.Time, progress Progress,
	bring func(config.Config) (string, error)) (AdvisoryInfo, error) {
	return changeAdvisories(ctx, cfg, now, func(cfg config.Config) (AdvisoryInfo, error) {
		folder, err := bring(cfg)
		if err != nil {
			return AdvisoryInfo{}, err
		}
		progress.Stage("advisories", 0)
		defer progress.End()
		if _, err := osvdb.Build(ctx, folder, defaultIndexPath(cfg), now); err != nil {
			return AdvisoryInfo{}, err
		}
		return ShowAdvisories(ctx, cfg)
	})
}

// changeAdvisories calls change, with the folders of the settings resolved, while it holds
// the lock of the advisories.
func changeAdvisories(ctx context.Context, cfg config.Config, now time.Time, change func(config.Config) (AdvisoryInfo, error)) (_ AdvisoryInfo, err error) {
	if err := resolveFolders(&cfg); err != nil {
		return AdvisoryInfo{}, err
	}
	release, err := lockAdvisories(ctx, cfg, now)
	if err != nil {
		return AdvisoryInfo{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	return change(cfg)
}

// ShowAdvisories describes the default index, and the data of ends of support.
func ShowAdvisories(ctx context.Context, cfg config.Config) (AdvisoryInfo, error) {
	if err := resolveFolders(&cfg); err != nil {
		return AdvisoryInfo{}, err
	}
	if _, err := os.Stat(defaultIndexPath(cfg)); err != nil {
		return AdvisoryInfo{}, fmt.Errorf("no advisory index in %s: use midspan advisories update or import", cfg.Cache)
	}
	info, err := osvdb.Describe(ctx, defaultIndexPath(cfg), cfg.Day())
	if err != nil {
		return AdvisoryInfo{}, err
	}
	ends, err := showEnds(cfg)
	return AdvisoryInfo{info, ends}, err
}
