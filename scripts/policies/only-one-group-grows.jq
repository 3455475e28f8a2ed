# Only the group hpc-users gets members. A change that also removes members stays, because a policy must not delay removals.
(.before.members // []) as $was | (.after.members // []) as $becomes | select(.resource == "User" or .displayName == "hpc-users" or $was - $becomes != [] or $becomes - $was == [])
