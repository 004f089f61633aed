package io.dcd.engine.folding;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Parameter;
import java.util.List;

/**
 * How a parameter of a folded graph follows from those of the original one.
 *
 * @param target what is computed
 * @param sources what it is computed from
 * @param formula how
 */
public record Derivation(Parameter target, List<Parameter> sources, Formula formula) {
    /** Computes all values of the target, which are zero before, from those of the sources, in double precision. */
    @FunctionalInterface
    public interface Formula {
        void apply(double[][] sources, double[] target);
    }

    public Derivation {
        sources = List.copyOf(sources);
    }

    void run(Buffer parameters) {
        double[][] values = new double[sources.size()][];
        for (int i = 0; i < values.length; i++) {
            Parameter source = sources.get(i);
            values[i] = new double[source.elements()];
            parameters.slice(source.offset(), source.elements()).read(values[i]);
        }
        double[] result = new double[target.elements()];
        formula.apply(values, result);
        parameters.slice(target.offset(), target.elements()).write(result);
    }
}
