package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/files"
)

// resolveFolders resolves the folders that the user named, once: what is in them is not
// reached through a link.
func resolveFolders(cfg *config.Config) error {
	var err error
	if cfg.Store, err = files.Resolve(cfg.Store); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if cfg.Cache, err = files.Resolve(cmp.Or(cfg.Cache, cfg.Store)); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	for _, folder := range []string{cfg.Store, cfg.Cache} {
		for _, name := range []string{"mirrors", "osv", "sample"} {
			if err := files.RefuseLink(filepath.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	if info, err := os.Lstat(cfg.Out); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		cfg.Out, err = files.Resolve(cfg.Out)
		return err
	}
	return nil
}

// checkOutside returns an error where a setting names something in a repository that is
// read where it stands, because what is read would steer its own check, or where the
// report would be written around one.
func (p *Pipeline) checkOutside(repositories []catalog.Repository) error {
	for _, repository := range repositories {
		mirror, _ := p.givenMirror(repository)
		given := mirror.dir
		if given == "" {
			continue
		}
		trees := []string{given}
		if repository.Host == "" { // a path of the command line
			trees = append(trees, files.Trees(given)...)
		}
		if err := errors.Join(p.cfg.CheckOutside(trees), CheckPolicies(p.cfg.Policies, trees)); err != nil {
			return err
		}
		if p.cfg.Out == "" {
			continue
		}
		if inside, err := files.Inside(given, p.cfg.Out); err != nil || inside {
			return errors.Join(err, fmt.Errorf("out: %s holds the repository %s, which is read: name another folder for the report", p.cfg.Out, given))
		}
	}
	return nil
}
