package advisory

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"
	"sync"
)

// Limits of a batch of members that one goroutine reads at a time.
const (
	batchMembers = 256
	batchBytes   = 1 << 20 // unpacked
)

// maxEntries bounds what the entries of one record take, in bytes: a record
// that names many packages repeats its own words for each.
const maxEntries = 4 * maxRecord

// batch is what was read of some members, in their order.
type batch struct {
	places  []uint32 // in listing.members
	results []result
	rows    []row
	data    []byte // of the rows
}

// result is one member after reading.
type result struct {
	id       uint64
	modified int64
	state    memberState
	rows     int    // how many of the batch's rows are its own
	file     string // its name, where it is broken
	err      error  // why it is broken
}

// row is the entry of one package, on its way into the index.
type row struct {
	name        uint64 // hash of the package's name
	offset, end uint32 // in the data beside it
}

// reading turns members into rows. It is for one goroutine.
type reading struct {
	ecosystem string
	from      *memberReader
	json      jsonReader
}

func (r *reading) fill(b *batch, members []member) {
	b.results, b.rows, b.data = b.results[:0], b.rows[:0], b.data[:0]
	for _, place := range b.places {
		b.results = append(b.results, r.member(b, members[place]))
	}
}

func (r *reading) member(b *batch, m member) result {
	name, data, err := r.from.read(m)
	if err != nil {
		return result{state: memberBroken | memberUnreadable, file: fileName(name), err: err}
	}
	record, err := r.json.record(data)
	if err != nil && !errors.Is(err, errPartial) {
		return result{state: memberBroken, file: fileName(name), err: err}
	}
	this := result{id: hash(record.ID), modified: unix(record.Modified)}
	if err != nil {
		this.state, this.file, this.err = memberBroken, fileName(name), err
	}
	if record.Withdrawn != "" {
		this.state |= memberWithdrawn
		return this
	}
	if strings.HasPrefix(record.ID, malwarePrefix) {
		this.state |= memberMalware
	}
	if this.rows, err = r.rows(b, record); err != nil {
		return result{state: memberBroken, file: fileName(name), err: err}
	}
	return this
}

// rows adds the entries of a record to a batch, all or none.
func (r *reading) rows(b *batch, from record) (int, error) {
	rows, start := len(b.rows), len(b.data)
	for _, n := range from.entries(r.ecosystem) {
		row := row{name: hash(n.name), offset: uint32(len(b.data))}
		b.data = n.append(b.data, r.ecosystem, n.name)
		row.end = uint32(len(b.data))
		b.rows = append(b.rows, row)
		if len(b.data)-start > maxEntries {
			b.rows, b.data = b.rows[:rows], b.data[:start]
			return 0, fmt.Errorf("%w of %d bytes for all that it says of single packages", errTooLarge, maxEntries)
		}
	}
	return len(b.rows) - rows, nil
}

// readAll reads members on all cores and calls store with batches in the order
// of places, from this goroutine. Few batches are in memory at a time; a batch
// is used again once store returns.
func readAll(ctx context.Context, from *supply, members []member, places []uint32, store func(*batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type job struct {
		*batch
		done chan *batch
	}
	workers := runtime.GOMAXPROCS(0)
	jobs, queue := make(chan job), make(chan chan *batch, 2*workers)
	used := make(chan *batch, 4*workers)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			r := reading{ecosystem: from.ecosystem, from: from.reader()}
			for j := range jobs {
				r.fill(j.batch, members)
				j.done <- j.batch
			}
		})
	}
	group.Go(func() {
		defer close(queue)
		defer close(jobs)
		for len(places) > 0 && ctx.Err() == nil {
			next := job{&batch{}, make(chan *batch, 1)}
			select {
			case next.batch = <-used:
			default:
			}
			n := batchOf(members, places)
			next.places, places = places[:n], places[n:]
			queue <- next.done
			jobs <- next
		}
	})
	var failed error
	for done := range queue {
		b := <-done
		if failed == nil {
			if failed = store(b); failed != nil {
				cancel()
			}
		}
		select {
		case used <- b:
		default:
		}
	}
	group.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

// batchOf says how many of the members at the first places make a batch.
func batchOf(members []member, places []uint32) int {
	n, size := 0, 0
	for n < len(places) && n < batchMembers && (n == 0 || size < batchBytes) {
		size += min(members[places[n]].size(), maxRecord)
		n++
	}
	return n
}

// fileName is the end of a path in an archive, fit for a message.
func fileName(name []byte) string {
	return strings.ToValidUTF8(path.Base(string(name)), "\uFFFD")
}
