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

	"github.com/midspan/midspan/catalog/sample"
	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
)

// serviceName is the value of the setting advisories that queries OSV's online service,
// through osv-scanner, instead of a database.
const serviceName = "osv.dev"

// matcher finds the advisories that affect packages.
type matcher interface {
	Match(context.Context, []observation.Package) (advisory.Result, error)
}

func (p *Pipeline) usesService() bool { return p.cfg.Advisories == serviceName }

// openAdvisories opens the advisory index that the configuration names, once. A database
// that cannot be opened becomes a note, and the findings of its packages are unknown.
func (p *Pipeline) openAdvisories(ctx context.Context, run store.Run) error {
	if p.databaseID != "" {
		return nil
	}
	if p.usesService() {
		// The service may return something else next time: no run uses another run's results.
		p.databaseID = fmt.Sprintf("%s run=%d", serviceName, run.ID)
		return nil
	}
	index, err := p.advisoryIndex(ctx, run)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.advisoryNotes = append(p.advisoryNotes, observation.Note{Cause: observation.CauseNoDatabase, Subject: fetch.RedactURL(p.cfg.Advisories),
			Message: fmt.Sprintf("no advisory database, so every finding is unknown: %v", err)})
		p.databaseID = "none" // the nil database returns unknown for everything
		return nil
	}
	if p.advisories, err = advisory.Open(ctx, index); err != nil {
		return err
	}
	if p.ecosystems, err = p.advisories.Fingerprints(ctx); err != nil {
		return err
	}
	p.databaseID, err = p.advisories.Fingerprint(ctx)
	return err
}

// advisoryIndex builds or updates the index of the configured source and returns its
// path.
func (p *Pipeline) advisoryIndex(ctx context.Context, run store.Run) (string, error) {
	switch source := p.cfg.Advisories; {
	case source == "" && len(run.Sources) == 1 && run.Sources[0].Name == sample.Name:
		folder := filepath.Join(p.cfg.Store, "sample", "advisories")
		if err := sample.WriteAdvisories(folder); err != nil {
			return "", err
		}
		return buildIndex(ctx, p.cfg, folder, p.progress)
	case source == "":
		index := defaultIndexPath(p.cfg)
		if _, err := os.Stat(index); errors.Is(err, fs.ErrNotExist) {
			return "", errors.New("use midspan advisories update, or name a folder in the OSV layout with --advisories")
		}
		return index, nil
	case isAddress(source) && p.cfg.Offline:
		return buildIndex(ctx, p.cfg, downloadDir(p.cfg), p.progress)
	case isAddress(source):
		if err := download(ctx, p.cfg, p.version, source); err != nil {
			return "", err
		}
		return buildIndex(ctx, p.cfg, downloadDir(p.cfg), p.progress)
	default:
		return buildIndex(ctx, p.cfg, source, p.progress)
	}
}

func isAddress(source string) bool {
	return strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

// downloadDir is the folder for downloaded archives, in the OSV layout.
func downloadDir(cfg config.Config) string { return filepath.Join(cfg.Store, "osv") }

// defaultIndexPath is the path of the index that is used where no source is named.
func defaultIndexPath(cfg config.Config) string { return filepath.Join(cfg.Store, "advisories.db") }

// indexPath returns the path of a folder's index: each source has its own.
func indexPath(cfg config.Config, folder string) (string, error) {
	if folder == downloadDir(cfg) {
		return defaultIndexPath(cfg), nil
	}
	full, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(full))
	return filepath.Join(cfg.Store, "advisories-"+hex.EncodeToString(sum[:6])+".db"), nil
}

func buildIndex(ctx context.Context, cfg config.Config, folder string, progress Progress) (string, error) {
	index, err := indexPath(cfg, folder)
	if err != nil {
		return "", err
	}
	progress.Stage("advisories", 0)
	defer progress.End()
	_, err = advisory.Build(ctx, folder, index, nil)
	return index, err
}

func download(ctx context.Context, cfg config.Config, version, address string) error {
	return advisory.Update(ctx, address, downloadDir(cfg), cfg.Ecosystems, httpClient(cfg, version))
}

// UpdateAdvisories downloads the configured address, or OSV's, and builds the default
// index from it.
func UpdateAdvisories(ctx context.Context, cfg config.Config, version string, progress Progress) (advisory.Info, error) {
	address := cfg.Advisories
	if !isAddress(address) {
		address = advisory.DefaultBaseURL
	}
	if err := download(ctx, cfg, version, address); err != nil {
		return advisory.Info{}, err
	}
	if _, err := buildIndex(ctx, cfg, downloadDir(cfg), progress); err != nil {
		return advisory.Info{}, err
	}
	return ShowAdvisories(ctx, cfg)
}

// ImportAdvisories builds the default index from a folder in the OSV layout, such as one
// copied to a machine without a network.
func ImportAdvisories(ctx context.Context, cfg config.Config, folder string, progress Progress) (advisory.Info, error) {
	progress.Stage("advisories", 0)
	defer progress.End()
	if _, err := advisory.Build(ctx, folder, defaultIndexPath(cfg), nil); err != nil {
		return advisory.Info{}, err
	}
	return ShowAdvisories(ctx, cfg)
}

// ShowAdvisories describes the default index.
func ShowAdvisories(ctx context.Context, cfg config.Config) (advisory.Info, error) {
	if _, err := os.Stat(defaultIndexPath(cfg)); err != nil {
		return advisory.Info{}, fmt.Errorf("no advisory index in %s: use midspan advisories update or import", cfg.Store)
	}
	database, err := advisory.Open(ctx, defaultIndexPath(cfg))
	if err != nil {
		return advisory.Info{}, err
	}
	defer database.Close()
	return database.Info(ctx, cfg.Day())
}
