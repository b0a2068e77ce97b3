// The part of the thread's stack that V8 lets JavaScript use.
#pragma once

namespace gradtape {

/** Lets JavaScript on this thread use all of the thread's stack instead of V8's fixed 984 KB of it, as `node --stack-size` does; does nothing where that is no gain. */
void use_whole_stack();

}  // namespace gradtape
