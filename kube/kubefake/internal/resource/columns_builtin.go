// SPDX-License-Identifier: Apache-2.0

package resource

func builtinColumns() map[string][]Column { return nil }
