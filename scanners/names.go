package scanners

import (
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// What a scanner reads.
type (
	// Snapshot is one repository at one commit, readable without a checkout.
	Snapshot = gitrepo.Snapshot
	// File is a file of a snapshot.
	File = gitrepo.File
	// Want is how much a scanner needs the contents of a file.
	Want = gitrepo.Want
)

// How much a scanner needs the contents of a file.
const (
	Unwanted = gitrepo.Unwanted
	IfThere  = gitrepo.IfThere
	Needed   = gitrepo.Needed
)

// What a scanner returns.
type (
	// Observation is what a scanner returns for one snapshot.
	Observation = observation.Observation
	// Definition declares a measure.
	Definition = observation.Definition
	// Measure is a named value in one of three states: measured, unknown, not applicable.
	Measure = observation.Measure
	// Note is something that could not be read, with its cause.
	Note = observation.Note
	// Cause is why a measure is unknown.
	Cause = observation.Cause
	// Unit is the unit of a number.
	Unit = observation.Unit
	// Kind is the type of a value.
	Kind = observation.Kind
	// Merge is how the values of several repositories of a good become one.
	Merge = observation.Merge
	// Package is a dependency at a version, as a manifest lists it.
	Package = observation.Package
	// Coordinate is a package at a version: ecosystem, name, version.
	Coordinate = observation.Coordinate
	// Lock is what lockfiles say of packages beside their names.
	Lock = observation.Lock
)

// The types of values.
const (
	KindNumber = observation.KindNumber
	KindBool   = observation.KindBool
	KindText   = observation.KindText
	KindList   = observation.KindList
)

// The ways in which values become one.
const (
	MergeMax   = observation.MergeMax
	MergeMin   = observation.MergeMin
	MergeSum   = observation.MergeSum
	MergeAny   = observation.MergeAny
	MergeUnion = observation.MergeUnion
	MergeMain  = observation.MergeMain
)

// The causes that a scanner of files meets.
const (
	CauseMissingObjects = observation.CauseMissingObjects
	CauseUnsupported    = observation.CauseUnsupported
	CauseBroken         = observation.CauseBroken
	CauseOverLimit      = observation.CauseOverLimit
)

// The units of numbers that a scanner of files counts. Others are in the reference of
// measures: a Unit is a text.
const (
	UnitNone   = observation.UnitNone
	UnitFiles  = observation.UnitFiles
	UnitDays   = observation.UnitDays
	UnitPeople = observation.UnitPeople
)

// CauseOf is the class of an error of reading a snapshot.
func CauseOf(err error) Cause { return gitrepo.CauseOf(err) }
