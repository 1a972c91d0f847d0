// SPDX-License-Identifier: Apache-2.0

package kclient

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"
)

// WriteOption changes how one write is done. Each option says which methods take it;
// any other method returns an error and writes nothing. The zero WriteOption changes
// nothing.
type WriteOption struct {
	name  string
	verbs verbs
	set   func(*writeOptions)
}

// verbs are kinds of writes.
type verbs int

const (
	toCreate verbs = 1 << iota
	toUpdate
	toPatch
	toApply
	toDelete
	toDeleteCollection

	toFields = toCreate | toUpdate | toPatch | toApply
	toAny    = toFields | toDelete | toDeleteCollection
)

// String returns what is done, as part of an error.
func (v verbs) String() string {
	switch v {
	case toCreate:
		return "create"
	case toUpdate:
		return "update"
	case toPatch:
		return "patch"
	case toApply:
		return "apply"
	case toDelete:
		return "delete"
	default:
		return "delete a collection"
	}
}

// writeOptions is what the options of one write add up to.
type writeOptions struct {
	dryRun          bool
	force           bool
	fieldOwner      string
	fieldValidation string
	uid             apitypes.UID
	resourceVersion string
	propagation     *metav1.DeletionPropagation
	gracePeriod     *int64
	subresource     string
}

// collect adds up the options of a write.
func collect(verb verbs, opts []WriteOption) (writeOptions, error) {
	var all writeOptions
	for _, o := range opts {
		if o.set == nil {
			continue
		}
		if o.verbs&verb == 0 {
			return writeOptions{}, fmt.Errorf("%s: option %s does not apply", verb, o.name)
		}
		o.set(&all)
	}
	return all, nil
}

// DryRun has the server answer as if it wrote, and write nothing. All methods take
// it.
func DryRun() WriteOption {
	return WriteOption{"DryRun", toAny, func(o *writeOptions) { o.dryRun = true }}
}

// FieldOwner says who owns the fields that are written. Everything but deletions takes
// it, and what applies needs it. Without it the server goes by the user agent.
func FieldOwner(name string) WriteOption {
	return WriteOption{"FieldOwner", toFields, func(o *writeOptions) { o.fieldOwner = name }}
}

// Force takes fields over from other owners, where there would be a conflict. ApplyCtx,
// ApplyConfigCtx, and PatchCtx with an apply patch take it.
func Force() WriteOption {
	return WriteOption{"Force", toPatch | toApply, func(o *writeOptions) { o.force = true }}
}

// FieldValidation says what the server does about fields that it does not know:
// metav1.FieldValidationIgnore, Warn or Strict. Everything but deletions takes it.
func FieldValidation(directive string) WriteOption {
	return WriteOption{"FieldValidation", toFields, func(o *writeOptions) { o.fieldValidation = directive }}
}

// IfUID writes to the object of this UID only, not to another one of the same name;
// otherwise the error is a conflict. UpdateCtx, PatchCtx, ApplyCtx, ApplyConfigCtx and
// DeleteCtx take it.
func IfUID(uid apitypes.UID) WriteOption {
	return WriteOption{"IfUID", toUpdate | toPatch | toApply | toDelete, func(o *writeOptions) { o.uid = uid }}
}

// IfResourceVersion writes to this version of the object only; otherwise the error is a
// conflict. UpdateCtx, PatchCtx, ApplyCtx, ApplyConfigCtx and DeleteCtx take it.
func IfResourceVersion(version string) WriteOption {
	return WriteOption{"IfResourceVersion", toUpdate | toPatch | toApply | toDelete, func(o *writeOptions) {
		o.resourceVersion = version
	}}
}

// Propagation says what becomes of the objects that a deleted one owns. DeleteCtx and
// DeleteCollectionCtx take it. Without it, that depends on the resource.
func Propagation(policy metav1.DeletionPropagation) WriteOption {
	return WriteOption{"Propagation", toDelete | toDeleteCollection, func(o *writeOptions) { o.propagation = &policy }}
}

// GracePeriod says how long a deleted object may take to end, in whole seconds, the
// fraction rounded up; 0 is at once. DeleteCtx and DeleteCollectionCtx take it.
func GracePeriod(d time.Duration) WriteOption {
	seconds := int64((max(d, 0) + time.Second - 1) / time.Second)
	return WriteOption{"GracePeriod", toDelete | toDeleteCollection, func(o *writeOptions) { o.gracePeriod = &seconds }}
}

// Subresource writes to a part of the object that has a path of its own and is answered
// by the whole object, as "status" is; several names are a path. UpdateCtx, PatchCtx,
// ApplyCtx and ApplyConfigCtx take it. For subresources of another kind, as "scale",
// there is [SubresourceClient].
func Subresource(names ...string) WriteOption {
	return WriteOption{"Subresource", toUpdate | toPatch | toApply, func(o *writeOptions) {
		o.subresource = strings.Join(names, "/")
	}}
}

func (o writeOptions) dryRuns() []string {
	if o.dryRun {
		return []string{metav1.DryRunAll}
	}
	return nil
}

func (o writeOptions) subresources() []string {
	if o.subresource == "" {
		return nil
	}
	return strings.Split(o.subresource, "/")
}

func (o writeOptions) create() metav1.CreateOptions {
	return metav1.CreateOptions{DryRun: o.dryRuns(), FieldManager: o.fieldOwner, FieldValidation: o.fieldValidation}
}

func (o writeOptions) update() metav1.UpdateOptions {
	return metav1.UpdateOptions{DryRun: o.dryRuns(), FieldManager: o.fieldOwner, FieldValidation: o.fieldValidation}
}

func (o writeOptions) patch() metav1.PatchOptions {
	opts := metav1.PatchOptions{DryRun: o.dryRuns(), FieldManager: o.fieldOwner, FieldValidation: o.fieldValidation}
	if o.force {
		opts.Force = &o.force
	}
	return opts
}

func (o writeOptions) remove() metav1.DeleteOptions {
	opts := metav1.DeleteOptions{DryRun: o.dryRuns(), PropagationPolicy: o.propagation, GracePeriodSeconds: o.gracePeriod}
	if o.uid != "" || o.resourceVersion != "" {
		opts.Preconditions = &metav1.Preconditions{}
		if o.uid != "" {
			opts.Preconditions.UID = &o.uid
		}
		if o.resourceVersion != "" {
			opts.Preconditions.ResourceVersion = &o.resourceVersion
		}
	}
	return opts
}
