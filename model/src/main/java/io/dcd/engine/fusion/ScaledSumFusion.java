package io.dcd.engine.fusion;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.operation.Scale;
import io.dcd.engine.operation.ScaledSum;
import java.util.ArrayList;
import java.util.List;

/** Makes one operation of a scaled map and the sum that alone reads it. */
public final class ScaledSumFusion {
    private ScaledSumFusion() {}

    /** {@code graph} with every match replaced. */
    public static Graph apply(Graph graph) {
        Producers producers = new Producers(graph);
        List<Operation> operations = new ArrayList<>();
        for (Operation operation : graph.operations()) {
            if (operation instanceof Add sum) {
                merge(sum, producers, operations);
            } else {
                operations.add(operation);
            }
        }
        return new Graph(graph.tensors(), graph.inputs(), operations, graph.output(), graph.parameters());
    }

    private static void merge(Add sum, Producers producers, List<Operation> operations) {
        if (producers.sole(sum.left()) instanceof Scale scale && fits(scale, sum.right())) {
            operations.remove(scale);
            operations.add(new ScaledSum(scale.input(), scale.factor(), sum.right(), sum.output()));
        } else if (producers.sole(sum.right()) instanceof Scale scale && fits(scale, sum.left())) {
            operations.remove(scale);
            operations.add(new ScaledSum(scale.input(), scale.factor(), sum.left(), sum.output()));
        } else {
            operations.add(sum);
        }
    }

    /** An operation's inputs must differ from each other. */
    private static boolean fits(Scale scale, Tensor summand) {
        return !summand.equals(scale.input()) && !summand.equals(scale.factor());
    }
}
