package io.dcd.worker;

import java.io.Serializable;

/** What stays the same for every evaluation of a network. */
public record EvaluationSpec(NetworkSpec network, DataSpec data, EngineSpec engine, int batch)
        implements Serializable {}
