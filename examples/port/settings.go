// SPDX-License-Identifier: Apache-2.0

package port

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/krtkit/krtkit/krt"
)

// systemNamespace is where the mesh itself is.
const systemNamespace = "mesh-system"

// Settings are those of the whole mesh.
type Settings struct {
	TrustDomain string
}

// ResourceName is the key of the only one.
func (s Settings) ResourceName() string { return "settings" }

// NewSettings derives the settings from a ConfigMap and what the program was started
// with.
func NewSettings(configMaps krt.Collection[*corev1.ConfigMap], defaults krt.StaticSingleton[Settings], opts krt.OptionsBuilder) krt.Singleton[Settings] {
	name := types.NamespacedName{Namespace: systemNamespace, Name: "settings"}
	return krt.NewSingleton(func(ctx krt.HandlerContext) *Settings {
		settings := krt.FetchOne(ctx, defaults.AsCollection())
		if settings == nil {
			settings = &Settings{TrustDomain: "cluster.local"}
		}
		configMap := krt.FetchOne(ctx, configMaps, krt.FilterObjectName(name))
		if configMap == nil {
			return settings
		}
		domain, ok := (*configMap).Data["trustDomain"]
		if !ok {
			// Somebody is in the middle of a change: the settings stay.
			ctx.DiscardResult()
			return nil
		}
		return &Settings{TrustDomain: domain}
	}, opts.WithName("Settings")...)
}
