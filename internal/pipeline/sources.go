package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/download"
	"github.com/midspan/midspan/internal/epss"
	"github.com/midspan/midspan/internal/osvdb"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
)

// The states of a source.
const (
	SourceKept  = "kept"  // its answers are at hand
	SourceOld   = "old"   // the same, and too old for the next run
	SourceAsked = "asked" // nothing is kept: each run asks
	SourceNone  = "none"  // nothing is at hand
)

// SourceState is what is at hand of something from elsewhere on which verdicts rest.
type SourceState struct {
	Name string `json:"name"`
	// Date is the day of the newest of it, empty where there is none.
	Date   string `json:"date,omitempty"`
	State  string `json:"state"`
	Detail string `json:"detail"`
	// Unknown is what is unknown without it.
	Unknown string `json:"unknown"`
}

// Sources describes what is at hand for the next run: the copies of catalogs at addresses,
// the advisories, what is known to be exploited, the ends of runtimes, the scores of EPSS,
// and the answers of the sources on the network. It asks nobody.
func Sources(ctx context.Context, cfg config.Config, sources []scanners.Source) ([]SourceState, error) {
	if err := resolveFolders(&cfg); err != nil {
		return nil, err
	}
	all, err := advisoryStates(ctx, cfg)
	if err != nil {
		return nil, err
	}
	all = append(catalogStates(cfg), all...)
	var db *store.Store // nil where there is none yet
	if _, err := os.Stat(filepath.Join(cfg.Store, "midspan.db")); cfg.Database != "" || !errors.Is(err, fs.ErrNotExist) {
		if db, err = openStore(ctx, cfg); err != nil {
			return nil, err
		}
		defer db.Close()
	}
	for _, source := range sources {
		state, err := answersAtHand(ctx, cfg, db, source)
		if err != nil {
			return nil, err
		}
		all = append(all, state)
	}
	return all, nil
}

// advisoryStates describes the default index, or that of the setting advisories, and the
// data that lie beside it.
func advisoryStates(ctx context.Context, cfg config.Config) ([]SourceState, error) {
	osv := SourceState{Name: "advisories", State: SourceNone, Unknown: "which packages have vulnerabilities"}
	kev := SourceState{Name: "known exploited", State: SourceNone, Unknown: "whether a vulnerability is known to be exploited"}
	info, err := indexAtHand(ctx, cfg)
	switch {
	case cfg.Advisories == advisory.ServiceName:
		osv.State, osv.Detail = SourceAsked, "OSV's service is asked in each run"
	case errors.Is(err, fs.ErrNotExist):
		osv.Detail = "no index: midspan advisories update brings one"
		if cfg.Advisories != "" {
			osv.Detail = "the next run makes an index of " + redact.URL(cfg.Advisories)
		}
	case err != nil:
		return nil, err
	default:
		records := 0
		for _, e := range info.Ecosystems {
			records += e.Records
		}
		osv.State, osv.Date, osv.Detail = SourceKept, info.NewestDay(),
			scanners.Count(records, "record", "records")+" of "+scanners.Count(len(info.Ecosystems), "ecosystem", "ecosystems")
		if info.KEVDate != "" {
			kev.State, kev.Date, kev.Detail = SourceKept, info.KEVDate, scanners.Count(info.KEVEntries, "vulnerability", "vulnerabilities")
		}
	}
	if kev.Detail == "" {
		kev.Detail = "the advisories at hand have no list of CISA (kev.json)"
	}
	ends := SourceState{Name: "ends of runtimes", State: SourceNone, Unknown: "whether a runtime has reached its end",
		Detail: "no data of endoflife.date: midspan advisories update, or import FILE"}
	switch read := readEnds(cfg, store.Run{}); {
	case read.Problem != "":
		ends.Detail = read.Problem
	case !read.Data.Info().Day.IsZero():
		at := read.Data.Info()
		ends.State, ends.Date, ends.Detail = SourceKept, at.Day.Format(time.DateOnly), scanners.Count(at.Products, "product", "products")+" of endoflife.date"
	}
	return []SourceState{osv, kev, ends, scoresAtHand(cfg)}, nil
}

// scoresAtHand describes the scores of EPSS that lie beside the advisories.
func scoresAtHand(cfg config.Config) SourceState {
	state := SourceState{Name: "EPSS scores", State: SourceNone, Unknown: "how likely a vulnerability is to be exploited (EPSS)",
		Detail: "no scores of EPSS: midspan advisories update brings them"}
	scores, err := epss.Read(filepath.Join(advisoryFolder(cfg), epss.FileName))
	switch {
	case err == nil:
		state.State, state.Date, state.Detail = SourceKept, scores.Day.Format(time.DateOnly), scanners.Count(scores.Len(), "score", "scores")+" of EPSS"
	case !errors.Is(err, fs.ErrNotExist):
		state.Detail = redact.Text(err.Error())
	}
	return state
}

// catalogStates describes the copies of the catalogs at addresses.
func catalogStates(cfg config.Config) []SourceState {
	var all []SourceState
	reader := catalogReader(cfg, "", time.Time{})
	for _, location := range cfg.Catalog {
		if !download.IsURL(location) {
			continue
		}
		state := SourceState{Name: "catalog", State: SourceNone, Detail: redact.URL(location) + "; no copy is kept",
			Unknown: "which goods there are, where the catalog cannot be fetched"}
		if fetched := reader.Fetched(location); !fetched.IsZero() {
			state.State, state.Date, state.Detail = SourceKept, fetched.UTC().Format(time.DateOnly), redact.URL(location)
			if fetched.Before(cfg.Day().Add(-cfg.MaxAge)) {
				state.State = SourceOld
			}
		}
		all = append(all, state)
	}
	return all
}

// indexAtHand describes the index that the next run would begin with. Its error is
// fs.ErrNotExist where there is none.
func indexAtHand(ctx context.Context, cfg config.Config) (osvdb.Info, error) {
	path, err := indexPath(cfg, advisoryFolder(cfg))
	if err != nil {
		return osvdb.Info{}, err
	}
	if _, err := os.Stat(path); err != nil {
		return osvdb.Info{}, err
	}
	return osvdb.Describe(ctx, path, cfg.Day())
}

// answersAtHand describes the answers of a source that the store keeps.
func answersAtHand(ctx context.Context, cfg config.Config, db *store.Store, source scanners.Source) (SourceState, error) {
	about := source.Describe()
	state := SourceState{Name: source.Name(), State: SourceNone, Unknown: about.Tells}
	says := []string{"no answer is kept"}
	if db != nil {
		count, oldest, newest, err := db.LiveAnswers(ctx, source.Name())
		if err != nil {
			return state, fmt.Errorf("count the answers of the %s: %w", source.Name(), err)
		}
		if count > 0 {
			state.State, state.Date = SourceKept, newest.Format(time.DateOnly)
			says[0] = scanners.Count(count, "answer", "answers")
			if first := oldest.Format(time.DateOnly); first != state.Date {
				says[0] += ", the oldest of " + first
			}
			if newest.Before(cfg.Day().Add(-cfg.MaxAge)) {
				state.State = SourceOld
			}
		}
	}
	if cfg.Offline {
		about.Services = []string{"nobody is asked, offline"}
	}
	state.Detail = strings.Join(append(says, about.Services...), "; ")
	return state, nil
}
