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

// onlineService is the value of the setting advisories that asks OSV's service,
// by osv-scanner, instead of a database.
const onlineService = "osv.dev"

// matcher is who says which advisories affect which packages.
type matcher interface {
	Match(context.Context, []observation.Package) (advisory.Result, error)
}

func (p *Pipeline) online() bool { return p.cfg.Advisories == onlineService }

// openAdvisories opens the advisory index that the configuration asks for,
// once. A database that cannot be had is a note, and its packages are unknown.
func (p *Pipeline) openAdvisories(ctx context.Context, run store.Run) error {
	if p.databaseID != "" {
		return nil
	}
	if p.online() {
		// What a service said once is not what it says now: no run uses another's answers.
		p.databaseID = fmt.Sprintf("%s run=%d", onlineService, run.ID)
		return nil
	}
	index, err := p.advisoryIndex(ctx, run)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.advisoryNotes = append(p.advisoryNotes, observation.Note{Cause: observation.CauseNoDatabase, Subject: fetch.RedactURL(p.cfg.Advisories),
			Message: fmt.Sprintf("no advisory database, so every finding is unknown: %v", err)})
		p.databaseID = "none" // the nil database answers unknown to everything
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

// advisoryIndex brings the configured source into an index and returns its path.
func (p *Pipeline) advisoryIndex(ctx context.Context, run store.Run) (string, error) {
	switch source := p.cfg.Advisories; {
	case source == "" && len(run.Sources) == 1 && run.Sources[0].Name == sample.Name:
		folder := filepath.Join(p.cfg.Store, "sample", "advisories")
		if err := sample.WriteAdvisories(folder); err != nil {
			return "", err
		}
		return buildIndex(ctx, p.cfg, folder, p.progress)
	case source == "":
		index := defaultIndex(p.cfg)
		if _, err := os.Stat(index); errors.Is(err, fs.ErrNotExist) {
			return "", errors.New("use midspan advisories update, or name a folder in the OSV layout with --advisories")
		}
		return index, nil
	case isAddress(source) && p.cfg.Offline:
		return buildIndex(ctx, p.cfg, downloads(p.cfg), p.progress)
	case isAddress(source):
		if err := download(ctx, p.cfg, p.version, source); err != nil {
			return "", err
		}
		return buildIndex(ctx, p.cfg, downloads(p.cfg), p.progress)
	default:
		return buildIndex(ctx, p.cfg, source, p.progress)
	}
}

func isAddress(source string) bool {
	return strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

// downloads is the folder in the OSV layout that fetched archives go to.
func downloads(cfg config.Config) string { return filepath.Join(cfg.Store, "osv") }

// defaultIndex is used where no source is named.
func defaultIndex(cfg config.Config) string { return filepath.Join(cfg.Store, "advisories.db") }

// indexOf is the index of a folder: each source has its own.
func indexOf(cfg config.Config, folder string) (string, error) {
	if folder == downloads(cfg) {
		return defaultIndex(cfg), nil
	}
	full, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(full))
	return filepath.Join(cfg.Store, "advisories-"+hex.EncodeToString(sum[:6])+".db"), nil
}

func buildIndex(ctx context.Context, cfg config.Config, folder string, progress Progress) (string, error) {
	index, err := indexOf(cfg, folder)
	if err != nil {
		return "", err
	}
	progress.Stage("advisories", 0)
	defer progress.End()
	_, err = advisory.Build(ctx, folder, index, nil)
	return index, err
}

func download(ctx context.Context, cfg config.Config, version, address string) error {
	return advisory.Update(ctx, address, downloads(cfg), cfg.Ecosystems, httpClient(cfg, version))
}

// UpdateAdvisories fetches the configured address, or OSV's, and makes the
// default index of it.
func UpdateAdvisories(ctx context.Context, cfg config.Config, version string, progress Progress) (advisory.Info, error) {
	address := cfg.Advisories
	if !isAddress(address) {
		address = advisory.DefaultBaseURL
	}
	if err := download(ctx, cfg, version, address); err != nil {
		return advisory.Info{}, err
	}
	if _, err := buildIndex(ctx, cfg, downloads(cfg), progress); err != nil {
		return advisory.Info{}, err
	}
	return ShowAdvisories(ctx, cfg)
}

// ImportAdvisories makes the default index of a folder in the OSV layout that
// was carried here.
func ImportAdvisories(ctx context.Context, cfg config.Config, folder string, progress Progress) (advisory.Info, error) {
	progress.Stage("advisories", 0)
	defer progress.End()
	if _, err := advisory.Build(ctx, folder, defaultIndex(cfg), nil); err != nil {
		return advisory.Info{}, err
	}
	return ShowAdvisories(ctx, cfg)
}

// ShowAdvisories describes the default index.
func ShowAdvisories(ctx context.Context, cfg config.Config) (advisory.Info, error) {
	if _, err := os.Stat(defaultIndex(cfg)); err != nil {
		return advisory.Info{}, fmt.Errorf("no advisory index in %s: use midspan advisories update or import", cfg.Store)
	}
	database, err := advisory.Open(ctx, defaultIndex(cfg))
	if err != nil {
		return advisory.Info{}, err
	}
	defer database.Close()
	return database.Info(ctx, cfg.Day())
}
