package store

import (
	"context"
	"slices"
	"sync"

	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/jmoiron/sqlx"
)

// ahead reads what is stored of the repositories of some goods in few statements: the first
// that asks for a kind of result of one of them brings that of all. On a database that is
// reached over a network that is most of the time. It holds one page of goods.
type ahead struct {
	run  int64
	urls []string
	mu   sync.Mutex // of what follows; each is nil until it is asked for
	rows map[string]scanRow
	// places are the places of work keys among those of their scans, and inventories the
	// keys that list packages. Both come with the scans.
	places      map[string]int
	keys        [][]string
	inventories []string
	live        map[string]map[string]string   // documents by address and source
	documents   map[int]map[string]string      // of observations, by place and key
	ecosystems  map[string]string              // by key
	packed      map[string]*[]byte             // by key
	summaries   map[string]map[string]matchRow // by key and state
	last        map[string]string              // states of the newest matches, by key; comes with the summaries
	matches     map[string]map[string]string   // documents by key and state
}

type matchRow struct {
	Key      string `db:"work_key"`
	State    string `db:"state"`
	Digest   string `db:"digest"`
	Findings int    `db:"findings"`
}

// ReadAhead makes the store ready to read what a run stored of some repositories, at best a
// Page of them. Nothing is read yet. It ends with the next call, or with a result that is
// stored.
func (s *Store) ReadAhead(run int64, addresses []string) {
	s.page.Store(&ahead{run: run, urls: addresses, documents: map[int]map[string]string{}})
}

// forget drops what was read ahead: something else is stored now.
func (s *Store) forget() { s.page.Store(nil) }

// addressesOf are the repositories of some goods.
func addressesOf(goods []Good) []string {
	var all []string
	for _, good := range goods {
		for _, repository := range good.Repositories {
			all = append(all, repository.URL)
		}
	}
	return all
}

// listIn lists the rows of a statement with one list among its arguments.
func listIn[T any](ctx context.Context, s *Store, query string, args ...any) ([]T, error) {
	query, args, err := sqlx.In(query, args...)
	if err != nil {
		return nil, err
	}
	var rows []T
	return rows, s.db.list(ctx, &rows, query, args...)
}

// inPage calls find with the page, where there is one, and tells whether it was found.
func inPage[T any](s *Store, find func(*ahead) (T, bool, error)) (found T, is bool, err error) {
	page := s.page.Load()
	if page == nil {
		return found, false, nil
	}
	page.mu.Lock()
	defer page.mu.Unlock()
	return find(page)
}

func (s *Store) scanAhead(ctx context.Context, run int64, url string) (scanRow, bool, error) {
	return inPage(s, func(page *ahead) (scanRow, bool, error) {
		if page.run != run || !slices.Contains(page.urls, url) {
			return scanRow{}, false, nil
		}
		err := page.readScans(ctx, s)
		row, found := page.rows[url]
		return row, found, err
	})
}

func (page *ahead) readScans(ctx context.Context, s *Store) error {
	if page.rows != nil {
		return nil
	}
	rows, err := listIn[scanRow](ctx, s, `SELECT `+scanColumns+` FROM scans WHERE run_id = ? AND url IN (?)`, page.run, page.urls)
	if err != nil {
		return err
	}
	page.rows, page.places = make(map[string]scanRow, len(rows)), map[string]int{}
	for _, row := range rows {
		page.rows[row.URL] = row
		var keys []string
		if err := jsonv1.Unmarshal([]byte(row.Keys), &keys); err != nil {
			return err
		}
		for i, key := range keys {
			if i == len(page.keys) {
				page.keys = append(page.keys, nil)
			}
			page.places[storedKey(key)] = i
			page.keys[i] = append(page.keys[i], storedKey(key))
		}
		if row.Inventory != "" {
			page.inventories = append(page.inventories, storedKey(row.Inventory))
		}
	}
	return nil
}

func (s *Store) liveAhead(ctx context.Context, run int64, url, source string) (string, bool, error) {
	return inPage(s, func(page *ahead) (string, bool, error) {
		if page.run != run || !slices.Contains(page.urls, url) {
			return "", false, nil
		}
		if page.live == nil {
			type row struct{ URL, Source, Document string }
			rows, err := listIn[row](ctx, s, `SELECT url, source, document FROM live WHERE run_id = ? AND url IN (?)`, run, page.urls)
			if err != nil {
				return "", false, err
			}
			page.live = map[string]map[string]string{}
			for _, r := range rows {
				put(page.live, r.URL, r.Source, r.Document)
			}
		}
		document, found := page.live[url][source]
		if !found {
			return "", false, ErrNotFound
		}
		return document, true, nil
	})
}

func (s *Store) observationAhead(ctx context.Context, key string) (string, bool, error) {
	return inPage(s, func(page *ahead) (string, bool, error) {
		place, known := page.places[key]
		if !known {
			return "", false, nil
		}
		if page.documents[place] == nil {
			documents, err := page.texts(ctx, s, `SELECT work_key AS key, document AS text FROM observations WHERE work_key IN (?)`, page.keys[place])
			if err != nil {
				return "", false, err
			}
			page.documents[place] = documents
		}
		document, found := page.documents[place][key]
		return document, found, nil
	})
}

func (page *ahead) texts(ctx context.Context, s *Store, query string, keys []string) (map[string]string, error) {
	type row struct{ Key, Text string }
	rows, err := listIn[row](ctx, s, query, keys)
	texts := make(map[string]string, len(rows))
	for _, r := range rows {
		texts[r.Key] = r.Text
	}
	return texts, err
}

func (s *Store) ecosystemsAhead(ctx context.Context, key string) (string, bool, error) {
	return inPage(s, func(page *ahead) (document string, found bool, err error) {
		if !slices.Contains(page.inventories, key) {
			return "", false, nil
		}
		if page.ecosystems == nil {
			page.ecosystems, err = page.texts(ctx, s, `SELECT work_key AS key, ecosystems AS text FROM inventories WHERE work_key IN (?)`, page.inventories)
		}
		document, found = page.ecosystems[key]
		return document, found, err
	})
}

func (s *Store) packedAhead(ctx context.Context, key string) (*[]byte, bool, error) {
	return inPage(s, func(page *ahead) (*[]byte, bool, error) {
		if !slices.Contains(page.inventories, key) {
			return nil, false, nil
		}
		if page.packed == nil {
			type row struct {
				Key    string
				Packed *[]byte
			}
			rows, err := listIn[row](ctx, s, `SELECT work_key AS key, packages AS packed FROM inventories WHERE work_key IN (?)`, page.inventories)
			if err != nil {
				return nil, false, err
			}
			page.packed = map[string]*[]byte{}
			for _, r := range rows {
				page.packed[r.Key] = r.Packed
			}
		}
		packed, found := page.packed[key]
		return packed, found, nil
	})
}

func (s *Store) summaryAhead(ctx context.Context, key, state string) (matchRow, bool, error) {
	return inPage(s, func(page *ahead) (matchRow, bool, error) {
		if !slices.Contains(page.inventories, key) {
			return matchRow{}, false, nil
		}
		if err := page.readSummaries(ctx, s); err != nil {
			return matchRow{}, false, err
		}
		row, found := page.summaries[key][state]
		if !found {
			return matchRow{}, false, ErrNotFound
		}
		return row, true, nil
	})
}

// lastStateAhead is the state of the newest match of an inventory.
func (s *Store) lastStateAhead(ctx context.Context, key string) (string, bool, error) {
	return inPage(s, func(page *ahead) (string, bool, error) {
		if !slices.Contains(page.inventories, key) {
			return "", false, nil
		}
		if err := page.readSummaries(ctx, s); err != nil {
			return "", false, err
		}
		state, found := page.last[key]
		if !found {
			return "", false, ErrNotFound
		}
		return state, true, nil
	})
}

// readSummaries reads those of all matches of the page's inventories, the newest last.
func (page *ahead) readSummaries(ctx context.Context, s *Store) error {
	if page.summaries != nil {
		return nil
	}
	rows, err := listIn[matchRow](ctx, s,
		`SELECT work_key, state, digest, findings FROM matches JOIN answers USING (digest) WHERE work_key IN (?) ORDER BY matches.rowid`, page.inventories)
	if err != nil {
		return err
	}
	page.summaries, page.last = map[string]map[string]matchRow{}, map[string]string{}
	for _, r := range rows {
		put(page.summaries, r.Key, r.State, r)
		page.last[r.Key] = r.State
	}
	return nil
}

func (s *Store) matchAhead(ctx context.Context, key, state string) (string, bool, error) {
	return inPage(s, func(page *ahead) (string, bool, error) {
		if !slices.Contains(page.inventories, key) {
			return "", false, nil
		}
		if page.matches == nil {
			type row struct{ Key, State, Text string }
			rows, err := listIn[row](ctx, s, `SELECT work_key AS key, state, document AS text FROM matches JOIN answers USING (digest) WHERE work_key IN (?)`,
				page.inventories)
			if err != nil {
				return "", false, err
			}
			page.matches = map[string]map[string]string{}
			for _, r := range rows {
				put(page.matches, r.Key, r.State, r.Text)
			}
		}
		document, found := page.matches[key][state]
		return document, found, nil
	})
}

func put[T any](in map[string]map[string]T, first, second string, value T) {
	if in[first] == nil {
		in[first] = map[string]T{}
	}
	in[first][second] = value
}

// decodeOr decodes what was read ahead, and asks the database where it was not.
func (s *Store) decodeOr(ctx context.Context, target any, document string, found bool, err error, query string, args ...any) error {
	switch {
	case err != nil:
		return notFound(err)
	case found:
		return jsonv1.Unmarshal([]byte(document), target)
	}
	return s.getJSON(ctx, target, query, args...)
}
