package io.dcd.engine.plan;

import io.dcd.engine.backend.Phase;

/** One phase of the graph's operation at {@code operation}. */
record Task(int operation, Phase phase) {}
