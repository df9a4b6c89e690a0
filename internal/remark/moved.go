package remark

import (
	"cmp"
	"slices"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
)

// moved offers the new addresses of repositories that moved, each once, to whoever keeps the
// catalog.
func moved(in merge.Input) []language.Message {
	var messages []language.Message
	for _, r := range in.Repositories {
		m, _ := observation.Find(r.Measures, observation.ForgeMovedTo)
		if to, is := m.Value.(string); is && m.State == observation.Measured {
			messages = append(messages, language.M("The catalog still has the old address {old}; the new one is {new}.", "old", r.Repository.URL, "new", to))
		}
	}
	return sorted(messages)
}

// sorted orders sentences by their text: the order of repositories decides nothing.
func sorted(messages []language.Message) []language.Message {
	english := language.English()
	slices.SortFunc(messages, func(a, b language.Message) int {
		return cmp.Compare(english.TranslateMessage(a), english.TranslateMessage(b))
	})
	return messages
}

// kept names the copies of repositories that nobody can read any more.
func kept(in merge.Input) []language.Message {
	var messages []language.Message
	for _, r := range in.Repositories {
		at, _ := observation.Find(r.Measures, observation.ArchiveAddress)
		gone, _ := observation.Find(r.Measures, observation.ForgeGone)
		if address, is := at.Value.(string); is && at.State == observation.Measured && (r.Failed != nil || gone.Value == true) {
			messages = append(messages, language.M("Software Heritage keeps a copy of {repository}: {address}.", "repository", r.Repository.URL, "address", address))
		}
	}
	return sorted(messages)
}
