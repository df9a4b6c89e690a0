package catalog

import (
	"slices"
	"strings"
)

// HasPlainParts reports whether owner and path are made of names, so that folders can be
// called after them. It holds for every repository that ParseRepositories returns.
func (r Repository) HasPlainParts() bool {
	owners := strings.Split(r.Owner, "/")
	if r.Owner == "" {
		owners = nil
	}
	return isName(r.Path) && !slices.ContainsFunc(owners, func(owner string) bool { return !isName(owner) })
}

// isName reports whether a part of a repository's path is a name: nothing that a file
// system reads as another folder, nothing that is not seen, and no space at its ends.
func isName(segment string) bool {
	switch {
	case strings.Trim(segment, ".") == "", strings.EqualFold(segment, ".git"):
		return false
	case strings.ContainsAny(segment, `/\`), strings.ContainsFunc(segment, isInvisible):
		return false
	}
	return strings.TrimFunc(segment, isBlank) == segment
}
