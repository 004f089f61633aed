package io.dcd.engine.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.operation.Scale;
import io.dcd.engine.operation.ScaledSum;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaledSumFusionTest {
    private final GraphBuilder builder = new GraphBuilder();
    private final Tensor x = builder.input("x", new Shape(2, 2, 3));
    private final Tensor b = builder.input("b", new Shape(2, 2, 3));
    private final Tensor factor = builder.input("f", Shape.vector(3));

    @Test
    void mergesAScaledMapOnEitherSideOfASum() {
        Tensor left = builder.add("left", builder.scale("s", x, factor), b);
        Tensor both = builder.add("right", b, builder.scale("t", left, factor));
        assertThat(merged(both))
                .containsExactly(new ScaledSum(x, factor, b, left), new ScaledSum(left, factor, b, both));
    }

    @Test
    void leavesAScaledMapThatOthersReadToo() {
        Tensor scaled = builder.scale("s", x, factor);
        Tensor sum = builder.add("sum", scaled, b);
        Tensor output = builder.add("y", sum, builder.activate("a", scaled, Activation.RELU));
        assertThat(merged(output))
                .hasAtLeastOneElementOfType(Scale.class)
                .hasAtLeastOneElementOfType(Add.class)
                .doesNotHaveAnyElementsOfTypes(ScaledSum.class);
    }

    @Test
    void leavesASumWithTheUnscaledMap() {
        Tensor sum = builder.add("sum", builder.scale("s", x, factor), x);
        assertThat(merged(builder.add("y", sum, b))).doesNotHaveAnyElementsOfTypes(ScaledSum.class);
    }

    private List<Operation> merged(Tensor output) {
        Graph graph = builder.build(output, List.of());
        return ScaledSumFusion.apply(graph).operations();
    }
}
