package gitrepo

import (
	"errors"
	"sync"
	"time"
)

var errTooMuchTogether = errors.New("the transfers of this moment took more memory together than is allowed, and this one most of all")

// together bounds the memory of all transfers at once, where the system tells how much
// they use (Linux). Each may be small enough by itself.
type together struct {
	limit  int64               // bytes
	memory func(pid int) int64 // bytes that a process and those it started use now
	mu     sync.Mutex
	active map[int]*transfer // by process
	awake  bool              // a goroutine watches
}

// transfer is a git process that is watched.
type transfer struct {
	end   func()
	ended bool // by the watch
}

// watchInterval is how often the memory is looked at.
const watchInterval = 250 * time.Millisecond

// add begins to watch a process; end kills it with what it started.
func (w *together) add(pid int, end func()) *transfer {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := &transfer{end: end}
	if w.active == nil {
		w.active = map[int]*transfer{}
	}
	w.active[pid] = t
	if !w.awake {
		w.awake = true
		go w.watch()
	}
	return t
}

// remove ends the watch of a process and reports whether it was ended by it.
func (w *together) remove(pid int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.active[pid]
	delete(w.active, pid)
	return t != nil && t.ended
}

// watch looks at the memory until there is no transfer.
func (w *together) watch() {
	for {
		time.Sleep(watchInterval)
		w.mu.Lock()
		if len(w.active) == 0 {
			w.awake = false
			w.mu.Unlock()
			return
		}
		w.check()
		w.mu.Unlock()
	}
}

// check ends the largest transfer where all together are over the limit. The next look
// sees whether that was enough.
func (w *together) check() {
	var sum, most int64
	var largest *transfer
	for pid, t := range w.active {
		if t.ended {
			continue
		}
		bytes := w.memory(pid)
		if sum += bytes; bytes > most {
			most, largest = bytes, t
		}
	}
	if sum > w.limit && largest != nil {
		largest.ended = true
		largest.end()
	}
}
