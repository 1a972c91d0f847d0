// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// Definitions is where CustomResourceDefinitions are served.
func Definitions() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
}

func definitions() *Info {
	gvk := Definitions().GroupVersion().WithKind("CustomResourceDefinition")
	return &Info{
		Resource:   Definitions(),
		Storage:    Definitions(),
		Kind:       object.NewKind(gvk, false),
		List:       object.NewKind(gvk.GroupVersion().WithKind(gvk.Kind+"List"), false),
		Singular:   "customresourcedefinition",
		ShortNames: []string{"crd", "crds"},
		Categories: []string{"api-extensions"},
		Verbs:      standardVerbs(),
		HasStatus:  true,
		Generation: true,
		NameErrors: validation.NameIsDNSSubdomain,
		Columns: []Column{{
			Definition: metav1.TableColumnDefinition{Name: "Created At", Type: "string", Description: "When it was created"},
			Cell:       func(o object.Object) any { return o.GetCreationTimestamp().UTC().Format(time.RFC3339) },
		}},
		New: newUnstructured,
	}
}

func newUnstructured() object.Object { return &unstructured.Unstructured{Object: map[string]any{}} }

// Definition is what the server reads of a CustomResourceDefinition.
type Definition struct {
	Spec struct {
		Group    string              `json:"group"`
		Scope    string              `json:"scope"`
		Names    DefinitionNames     `json:"names"`
		Versions []DefinitionVersion `json:"versions"`
	} `json:"spec"`
}

// DefinitionNames are the names of a custom resource.
type DefinitionNames struct {
	Plural     string   `json:"plural"`
	Singular   string   `json:"singular,omitempty"`
	ShortNames []string `json:"shortNames,omitempty"`
	Kind       string   `json:"kind"`
	ListKind   string   `json:"listKind,omitempty"`
	Categories []string `json:"categories,omitempty"`
}

// DefinitionVersion is one version of a custom resource.
type DefinitionVersion struct {
	Name         string `json:"name"`
	Served       bool   `json:"served"`
	Storage      bool   `json:"storage"`
	Subresources struct {
		Status *struct{}        `json:"status,omitempty"`
		Scale  *DefinitionScale `json:"scale,omitempty"`
	} `json:"subresources,omitempty"`
	SelectableFields []struct {
		JSONPath string `json:"jsonPath"`
	} `json:"selectableFields,omitempty"`
	AdditionalPrinterColumns []DefinitionColumn `json:"additionalPrinterColumns,omitempty"`
}

// DefinitionScale says where the size of a custom resource is.
type DefinitionScale struct {
	SpecReplicasPath   string `json:"specReplicasPath"`
	StatusReplicasPath string `json:"statusReplicasPath"`
	LabelSelectorPath  string `json:"labelSelectorPath,omitempty"`
}

// DefinitionColumn is a column that kubectl shows.
type DefinitionColumn struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Format      string `json:"format,omitempty"`
	Description string `json:"description,omitempty"`
	Priority    int32  `json:"priority,omitempty"`
	JSONPath    string `json:"jsonPath"`
}

// ParseDefinition reads a CustomResourceDefinition and fills in the names that follow from others, in it too.
func ParseDefinition(u *unstructured.Unstructured) (*Definition, error) {
	d := &Definition{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, d); err != nil {
		return nil, fmt.Errorf("CustomResourceDefinition %q: %w", u.GetName(), err)
	}
	names := &d.Spec.Names
	if names.Singular == "" {
		names.Singular = strings.ToLower(names.Kind)
	}
	if names.ListKind == "" && names.Kind != "" {
		names.ListKind = names.Kind + "List"
	}
	if errs := d.validate(u.GetName()); len(errs) > 0 {
		return nil, definitionError{errs}
	}
	if spec, ok := u.Object["spec"].(map[string]any); ok {
		if m, ok := spec["names"].(map[string]any); ok {
			m["singular"], m["listKind"] = names.Singular, names.ListKind
		}
	}
	return d, nil
}

type definitionError struct{ errs field.ErrorList }

func (e definitionError) Error() string { return e.errs.ToAggregate().Error() }

// FieldErrors returns what ParseDefinition found wrong with which field, or nothing for other errors.
func FieldErrors(err error) field.ErrorList {
	if invalid, ok := err.(definitionError); ok { //nolint:errorlint // ParseDefinition returns it unwrapped
		return invalid.errs
	}
	return nil
}

func (d *Definition) validate(name string) field.ErrorList {
	spec := field.NewPath("spec")
	var errs field.ErrorList
	required := func(p *field.Path, value string) {
		if value == "" {
			errs = append(errs, field.Required(p, ""))
		}
	}
	required(spec.Child("group"), d.Spec.Group)
	required(spec.Child("names", "plural"), d.Spec.Names.Plural)
	required(spec.Child("names", "kind"), d.Spec.Names.Kind)
	if want := d.Spec.Names.Plural + "." + d.Spec.Group; name != want {
		errs = append(errs, field.Invalid(field.NewPath("metadata", "name"), name, "must be spec.names.plural+\".\"+spec.group"))
	}
	if d.Spec.Scope != "Namespaced" && d.Spec.Scope != "Cluster" {
		errs = append(errs, field.NotSupported(spec.Child("scope"), d.Spec.Scope, []string{"Cluster", "Namespaced"}))
	}
	stored := 0
	seen := map[string]bool{}
	for i, v := range d.Spec.Versions {
		at := spec.Child("versions").Index(i).Child("name")
		required(at, v.Name)
		if seen[v.Name] {
			errs = append(errs, field.Duplicate(at, v.Name))
		}
		seen[v.Name] = true
		if v.Storage {
			stored++
		}
	}
	if stored != 1 {
		errs = append(errs, field.Invalid(spec.Child("versions"), stored, "must have exactly one version marked as storage version"))
	}
	return errs
}

// StorageVersion returns the name of the version that objects are kept in.
func (d *Definition) StorageVersion() string {
	for _, v := range d.Spec.Versions {
		if v.Storage {
			return v.Name
		}
	}
	return ""
}

// Infos returns a resource for each served version.
func (d *Definition) Infos() []*Info {
	var infos []*Info
	for _, v := range d.Spec.Versions {
		if v.Served {
			infos = append(infos, d.info(v))
		}
	}
	return infos
}

func (d *Definition) info(v DefinitionVersion) *Info {
	names := d.Spec.Names
	gv := schema.GroupVersion{Group: d.Spec.Group, Version: v.Name}
	info := &Info{
		Resource:   gv.WithResource(names.Plural),
		Storage:    schema.GroupVersionResource{Group: gv.Group, Resource: names.Plural},
		Kind:       object.NewKind(gv.WithKind(names.Kind), false),
		List:       object.NewKind(gv.WithKind(names.ListKind), false),
		Singular:   names.Singular,
		ShortNames: names.ShortNames,
		Categories: names.Categories,
		Namespaced: d.Spec.Scope == "Namespaced",
		Verbs:      standardVerbs(),
		HasStatus:  v.Subresources.Status != nil,
		Generation: true,
		NameErrors: validation.NameIsDNSSubdomain,
		Fields:     map[string]func(object.Object) string{},
		New:        newUnstructured,
	}
	if scale := v.Subresources.Scale; scale != nil {
		info.Scale = customScale(*scale)
	}
	for _, f := range v.SelectableFields {
		path := strings.Split(strings.TrimPrefix(f.JSONPath, "."), ".")
		info.Fields[strings.TrimPrefix(f.JSONPath, ".")] = func(obj object.Object) string {
			value, found, err := unstructured.NestedFieldNoCopy(obj.(*unstructured.Unstructured).Object, path...)
			if !found || err != nil || value == nil {
				return ""
			}
			return fmt.Sprint(value)
		}
	}
	for _, c := range v.AdditionalPrinterColumns {
		info.Columns = append(info.Columns, customColumn(c))
	}
	return info
}

// SetEstablished writes the status that the server gives a definition: served, or not because its names are taken. Versions
// that were stored once stay among the stored ones until a client takes them out of the status.
func (d *Definition) SetEstablished(u *unstructured.Unstructured, accepted bool, now time.Time) {
	condition := func(kind, status, reason, message string) any {
		return map[string]any{
			"type": kind, "status": status, "reason": reason, "message": message,
			"lastTransitionTime": now.UTC().Format(time.RFC3339),
		}
	}
	conditions := []any{
		condition("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
		condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted"),
	}
	if !accepted {
		conditions = []any{
			condition("NamesAccepted", "False", "NameConflict", "another resource has one of these names"),
			condition("Established", "False", "NotAccepted", "not all names are accepted"),
		}
	}
	previous, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	conditions = keepTransitionTimes(conditions, previous)
	names, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&d.Spec.Names)
	if err != nil {
		names = map[string]any{}
	}
	u.Object["status"] = map[string]any{
		"acceptedNames":  names,
		"conditions":     conditions,
		"storedVersions": d.storedVersions(u),
	}
}

func (d *Definition) storedVersions(u *unstructured.Unstructured) []any {
	stored, _, _ := unstructured.NestedSlice(u.Object, "status", "storedVersions")
	if now := any(d.StorageVersion()); !slices.Contains(stored, now) {
		stored = append(stored, now)
	}
	return stored
}

// Changes returns what is wrong with a definition that takes the place of an earlier one. FieldErrors knows the result.
func (d *Definition) Changes(u, old *unstructured.Unstructured) error {
	var errs field.ErrorList
	stored, _, _ := unstructured.NestedStringSlice(u.Object, "status", "storedVersions")
	for i, name := range stored {
		if !slices.ContainsFunc(d.Spec.Versions, func(v DefinitionVersion) bool { return v.Name == name }) {
			errs = append(errs, field.Invalid(field.NewPath("status", "storedVersions").Index(i), name, "missing from spec.versions; "+
				name+" was previously a storage version, and must remain in spec.versions until a storage migration ensures no data "+
				"remains persisted in "+name+" and removes "+name+" from status.storedVersions"))
		}
	}
	if IsEstablished(old) {
		for _, path := range [][]string{{"spec", "scope"}, {"spec", "names", "kind"}} {
			before, _, _ := unstructured.NestedString(old.Object, path...)
			after, _, _ := unstructured.NestedString(u.Object, path...)
			if before != after {
				errs = append(errs, field.Invalid(field.NewPath(path[0], path[1:]...), after, validation.FieldImmutableErrorMsg))
			}
		}
	}
	if len(errs) > 0 {
		return definitionError{errs}
	}
	return nil
}

// IsEstablished reports whether the resources of a definition are served, as its status says.
func IsEstablished(u *unstructured.Unstructured) bool {
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	return slices.ContainsFunc(conditions, func(c any) bool {
		m, ok := c.(map[string]any)
		return ok && m["type"] == "Established" && m["status"] == "True"
	})
}

func keepTransitionTimes(conditions, previous []any) []any {
	for _, c := range conditions {
		now := c.(map[string]any)
		for _, p := range previous {
			before, ok := p.(map[string]any)
			if ok && before["type"] == now["type"] && before["status"] == now["status"] && before["lastTransitionTime"] != nil {
				now["lastTransitionTime"] = before["lastTransitionTime"]
			}
		}
	}
	return conditions
}
