// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"bytes"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
)

// customColumn makes a column out of an additionalPrinterColumn. A path that cannot be read shows nothing.
func customColumn(c DefinitionColumn) Column {
	return Column{
		Definition: metav1.TableColumnDefinition{
			Name: c.Name, Type: c.Type, Format: c.Format, Description: c.Description, Priority: c.Priority,
		},
		Cell: func(obj object.Object) any {
			// A JSONPath keeps state while it runs, so each cell has its own.
			path := jsonpath.New(c.Name).AllowMissingKeys(true)
			if err := path.Parse("{" + c.JSONPath + "}"); err != nil {
				return nil
			}
			found, err := path.FindResults(obj.(*unstructured.Unstructured).Object)
			if err != nil || len(found) == 0 || len(found[0]) == 0 {
				return nil
			}
			if c.Type != "string" && c.Type != "date" {
				return found[0][0].Interface()
			}
			var text bytes.Buffer
			if err := path.PrintResults(&text, found[0]); err != nil {
				return nil
			}
			return text.String()
		},
	}
}
