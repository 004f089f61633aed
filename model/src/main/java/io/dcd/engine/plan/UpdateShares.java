package io.dcd.engine.plan;

import io.dcd.engine.backend.UpdateMemory;
import io.dcd.engine.graph.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Divides the trainable parameters into equal shares, one for each thread. */
final class UpdateShares {
    private UpdateShares() {}

    static List<List<UpdateMemory.Slice>> divide(List<Parameter> parameters, Predicate<Parameter> decays, int shares) {
        long total = parameters.isEmpty() ? 0 : end(parameters.get(parameters.size() - 1));
        List<List<UpdateMemory.Slice>> divided = new ArrayList<>();
        for (int i = 0; i < shares; i++) {
            long from = total * i / shares;
            long to = total * (i + 1) / shares;
            divided.add(within(parameters, decays, from, to));
        }
        return divided;
    }

    /** The slices of trainable parameters between two offsets, neighbours that decay alike merged. */
    private static List<UpdateMemory.Slice> within(
            List<Parameter> parameters, Predicate<Parameter> decays, long from, long to) {
        List<UpdateMemory.Slice> slices = new ArrayList<>();
        for (Parameter parameter : parameters) {
            long begin = Math.max(from, parameter.offset());
            long end = Math.min(to, end(parameter));
            if (!parameter.kind().trainable() || begin >= end) {
                continue;
            }
            UpdateMemory.Slice slice = new UpdateMemory.Slice(begin, end - begin, decays.test(parameter));
            UpdateMemory.Slice last = slices.isEmpty() ? null : slices.get(slices.size() - 1);
            if (last != null && last.offset() + last.elements() == begin && last.decays() == slice.decays()) {
                slices.set(
                        slices.size() - 1,
                        new UpdateMemory.Slice(last.offset(), last.elements() + slice.elements(), last.decays()));
            } else {
                slices.add(slice);
            }
        }
        return slices;
    }

    private static long end(Parameter parameter) {
        return parameter.offset() + parameter.elements();
    }
}
